package resident

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// A Key seals what residents carry for us: drafts in their forms, receipts in their cookies. It is 32 random bytes.
type Key [32]byte

// keyFile is the name of the key within its folder.
const keyFile = "resident.key"

// OpenKey reads the key in dir, and makes one at the first start, readable by its owner only. A key that is there is never
// replaced; without it what people have typed and not sent yet would be lost.
func OpenKey(dir string) (Key, error) {
	var k Key
	path := filepath.Join(dir, keyFile)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		rand.Read(k[:])
		err = createFile(path, []byte(base64.StdEncoding.EncodeToString(k[:])+"\n"))
		if err == nil {
			return k, nil
		}
		if !errors.Is(err, fs.ErrExist) {
			return k, fmt.Errorf("make key of residents' pages: %w", err)
		}
		text, err = os.ReadFile(path) // another process made it in this moment
	}
	if err != nil {
		return k, fmt.Errorf("open key of residents' pages: %w", err)
	}
	var raw [33]byte
	if n, err := base64.StdEncoding.Decode(raw[:], text[:min(len(text), 44)]); err != nil || n != len(k) {
		return k, fmt.Errorf("%s: want 32 bytes in base64", path)
	}
	copy(k[:], raw[:])
	return k, nil
}

// createFile writes a new file for its owner only, whole or not at all; it fails when there is one.
func createFile(path string, body []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".key-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(body)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Link(f.Name(), path)
}

func (k Key) aead() cipher.AEAD {
	block, err := aes.NewCipher(k[:])
	if err != nil {
		panic(err) // the key has the length AES asks for
	}
	a, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err)
	}
	return a
}

// seal writes v so that nobody can read or alter it. The purpose keeps one seal from standing for another; at is when.
func (k Key) seal(purpose string, at time.Time, v any) (string, error) {
	body, err := json.Marshal(v)
	if err != nil {
		return "", err
	}
	text := binary.BigEndian.AppendUint64(nil, uint64(at.Unix()))
	return base64.RawURLEncoding.EncodeToString(k.aead().Seal(nil, nil, append(text, body...), []byte(purpose))), nil
}

// open reads what seal wrote less than life ago into v and reports whether it could. Something sealed by another key, for
// another purpose or too long ago is as good as nothing.
func (k Key) open(purpose, text string, now time.Time, life time.Duration, v any) bool {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return false
	}
	plain, err := k.aead().Open(nil, nil, raw, []byte(purpose))
	if err != nil || len(plain) < 8 {
		return false
	}
	at := time.Unix(int64(binary.BigEndian.Uint64(plain)), 0)
	return now.Sub(at) < life && json.Unmarshal(plain[8:], v) == nil
}
