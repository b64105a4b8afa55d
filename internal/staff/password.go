package staff

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"runtime"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"linli/internal/fault"
)

// A Password is the argon2id hash of a password, in the usual text form $argon2id$v=19$m=…,t=…,p=…$salt$hash.
type Password string

// The cost of a hash: 19 MiB, two passes, one lane, about 60 ms; the second of OWASP's equivalent recommendations (2023).
const (
	hashMemory = 19 * 1024 // KiB
	hashTime   = 2
	hashLanes  = 1
	hashLength = 32
	saltLength = 16
)

// hashing bounds the hashes computed at once, so that a crowd at the login takes neither all memory nor all processors.
var hashing = make(chan struct{}, max(1, runtime.GOMAXPROCS(0)/2))

const (
	minPassword = 10
	maxPassword = 128
)

// NewPassword hashes a password for the account with this login. Call it outside a transaction: it takes its time.
// Returns invalid for a password too short, too long, too plain or made of the login; and the context's error when the
// caller goes away while it waits its turn.
func NewPassword(ctx context.Context, login, plain string) (Password, error) {
	if err := checkPassword(login, plain); err != nil {
		return "", err
	}
	salt := make([]byte, saltLength)
	if _, err := rand.Read(salt); err != nil {
		return "", fault.Internal(err, "系统内部错误")
	}
	hash, err := derive(ctx, plain, salt, hashTime, hashMemory, hashLanes)
	if err != nil {
		return "", err
	}
	b64 := base64.RawStdEncoding.EncodeToString
	return Password(fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, hashMemory, hashTime, hashLanes, b64(salt), b64(hash))), nil
}

// Matches reports whether plain is the password. A hash that cannot be read matches nothing, and takes as long.
func (p Password) Matches(ctx context.Context, plain string) (bool, error) {
	var version, memory, time, lanes uint32
	parts := strings.Split(string(p), "$")
	readable := len(parts) == 6 && parts[1] == "argon2id"
	var salt, want []byte
	if readable {
		_, err1 := fmt.Sscanf(parts[2], "v=%d", &version)
		_, err2 := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &memory, &time, &lanes)
		var err3, err4 error
		salt, err3 = base64.RawStdEncoding.DecodeString(parts[4])
		want, err4 = base64.RawStdEncoding.DecodeString(parts[5])
		readable = err1 == nil && err2 == nil && err3 == nil && err4 == nil && version == argon2.Version &&
			memory <= 1<<20 && time >= 1 && time <= 20 && lanes >= 1 && lanes <= 16 && len(want) == hashLength
	}
	if !readable {
		salt, memory, time, lanes = make([]byte, saltLength), hashMemory, hashTime, hashLanes
	}
	if len(plain) > 4*maxPassword {
		plain = "" // no such password was ever accepted
	}
	got, err := derive(ctx, plain, salt, time, memory, uint8(lanes))
	if err != nil {
		return false, err
	}
	return readable && subtle.ConstantTimeCompare(got, want) == 1, nil
}

func derive(ctx context.Context, plain string, salt []byte, time, memory uint32, lanes uint8) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case hashing <- struct{}{}:
		defer func() { <-hashing }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return argon2.IDKey([]byte(plain), salt, time, memory, lanes, hashLength), nil
}

func checkPassword(login, plain string) error {
	n := utf8.RuneCountInString(plain)
	switch {
	case !utf8.ValidString(plain) || n > maxPassword:
		return fault.Invalid("password", "密码不能超过 %d 个字符", maxPassword)
	case n < minPassword:
		return fault.Invalid("password", "密码至少要有 %d 个字符，可以用一句话", minPassword)
	case login != "" && strings.Contains(strings.ToLower(plain), strings.ToLower(login)):
		return fault.Invalid("password", "密码里不能有登录名")
	case variety(plain) < 5:
		return fault.Invalid("password", "密码太简单，请多用几种字符")
	}
	return nil
}

// variety counts the characters that neither repeat an earlier one nor follow their predecessor as in 12345 or abcde.
func variety(s string) int {
	seen := map[rune]bool{}
	var last rune
	n := 0
	for _, r := range s {
		if !seen[r] && r != last+1 && r != last-1 {
			n++
		}
		seen[r], last = true, r
	}
	return n
}
