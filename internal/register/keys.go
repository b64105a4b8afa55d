package register

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"

	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/lexicon"
)

// A Register (人口与组织登记) opens and seals what the tables keep. It is safe for concurrent use.
type Register struct {
	path string
	mu   sync.RWMutex
	keys []key // the last one seals

	words atomic.Pointer[lexicon.Lexicon]
}

// key is one secret of the key file and what is derived from it.
type key struct {
	secret []byte
	id     string // beginning of the digest of the secret
	seal   cipher.AEAD
	lookup []byte
}

const (
	keyFile   = "register.keys"
	keyLength = 32
)

// keysOnDisk is the key file: secrets in hexadecimal, the oldest first.
type keysOnDisk struct {
	Note string   `json:"note"`
	Keys []string `json:"keys"`
}

// Open reads the key file of the folder, or makes folder and file when there is none. Returns unavailable for a file that
// cannot be read.
func Open(dir string) (*Register, error) {
	r := &Register{path: filepath.Join(dir, keyFile)}
	b, err := os.ReadFile(r.path)
	if errors.Is(err, fs.ErrNotExist) {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, unreadable(r.path, err)
		}
		return r, r.AddKey()
	}
	if err != nil {
		return nil, unreadable(r.path, err)
	}
	var file keysOnDisk
	if err := json.Unmarshal(b, &file); err != nil || len(file.Keys) == 0 {
		return nil, unreadable(r.path, errors.Join(err, errors.New("no keys in it")))
	}
	for _, text := range file.Keys {
		secret, err := hex.DecodeString(text)
		if err != nil || len(secret) != keyLength {
			return nil, unreadable(r.path, errors.New("a key is not 64 hexadecimal digits"))
		}
		k, err := newKey(secret)
		if err != nil {
			return nil, err
		}
		r.keys = append(r.keys, k)
	}
	return r, nil
}

func unreadable(path string, err error) error {
	return fault.Unavailable(err, "登记密钥文件 %s 读不出来或已损坏，请从备份恢复", path)
}

func newKey(secret []byte) (key, error) {
	sum := sha256.Sum256(secret)
	k := key{secret: secret, id: hex.EncodeToString(sum[:4])}
	derive := func(what string) []byte {
		b, err := hkdf.Key(sha256.New, secret, nil, "linli register "+what, keyLength)
		if err != nil {
			panic(err) // only for lengths no one asks for
		}
		return b
	}
	block, err := aes.NewCipher(derive("seal"))
	if err != nil {
		return k, fault.Internal(err, "系统内部错误")
	}
	if k.seal, err = cipher.NewGCM(block); err != nil {
		return k, fault.Internal(err, "系统内部错误")
	}
	k.lookup = derive("lookup")
	return k, nil
}

// AddKey makes a new key, writes the file durably and seals with the new key from then on. Other processes on the same
// database must be started again.
func (r *Register) AddKey() error {
	secret := make([]byte, keyLength)
	rand.Read(secret) // never fails
	k, err := newKey(secret)
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	file := keysOnDisk{Note: "Keys to personal data in the database. Keep with every backup; without them the data cannot be read."}
	for _, old := range r.keys {
		file.Keys = append(file.Keys, hex.EncodeToString(old.secret))
	}
	file.Keys = append(file.Keys, hex.EncodeToString(secret))
	b, err := json.MarshalIndent(file, "", "  ")
	if err != nil {
		return fault.Internal(err, "系统内部错误")
	}
	if err := replaceFile(r.path, append(b, '\n')); err != nil {
		return fault.Unavailable(err, "登记密钥文件 %s 写不进去", r.path)
	}
	r.keys = append(r.keys, k)
	return nil
}

// replaceFile writes beside the file, makes that durable, and puts it in the file's place.
func replaceFile(path string, b []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), keyFile+".*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // gone when all went well
	_, err = f.Write(b)
	if err == nil {
		err = f.Sync()
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

func (r *Register) current() key {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.keys[len(r.keys)-1]
}

func (r *Register) all() []key {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.keys[:len(r.keys):len(r.keys)]
}

// bound is what a sealed value is tied to.
func bound(person db.ID, kind Kind) []byte { return []byte(string(kind) + ":" + person.String()) }

func (k key) close(person db.ID, kind Kind, plain string) []byte {
	nonce := make([]byte, k.seal.NonceSize())
	rand.Read(nonce)
	return k.seal.Seal(nonce, nonce, []byte(plain), bound(person, kind))
}

// digestLength is enough that two values of a country do not meet, and halves the indexes that every import writes at random.
const digestLength = 16

func (k key) digest(kind Kind, plain string) []byte {
	h := hmac.New(sha256.New, k.lookup)
	h.Write([]byte(kind))
	h.Write([]byte{':'})
	h.Write([]byte(plain))
	return h.Sum(nil)[:digestLength]
}

// open returns the plain value. Returns unavailable when the key is not in the file.
func (r *Register) open(keyID string, person db.ID, kind Kind, sealed []byte) (string, error) {
	for _, k := range r.all() {
		if k.id != keyID {
			continue
		}
		n := k.seal.NonceSize()
		if len(sealed) < n {
			return "", fault.Internal(errors.New("sealed value is too short"), "登记数据已损坏")
		}
		plain, err := k.seal.Open(nil, sealed[:n], sealed[n:], bound(person, kind))
		if err != nil {
			return "", fault.Internal(err, "登记数据已损坏")
		}
		return string(plain), nil
	}
	return "", fault.Unavailable(fmt.Errorf("key %s is not in %s", keyID, r.path), "解密所需的密钥 %s 不在密钥文件里，请从备份恢复", keyID)
}

// Seal seals what another package keeps of a subject under a name of its own, with the present key; Unseal reads it with whichever key it was sealed.
func (r *Register) Seal(subject db.ID, name, plain string) string {
	k := r.current()
	return k.id + ":" + hex.EncodeToString(k.close(subject, Kind(name), plain))
}

// Unseal returns what Seal sealed. Returns internal when the key is missing or the text is not of that subject and name.
func (r *Register) Unseal(subject db.ID, name, sealed string) (string, error) {
	id, text, _ := strings.Cut(sealed, ":")
	b, err := hex.DecodeString(text)
	if err != nil {
		return "", fault.Internal(err, "系统内部错误")
	}
	return r.open(id, subject, Kind(name), b)
}
