package audit

import (
	"bufio"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// The files of a Seal within its folder.
const (
	keyFile        = "audit.key"
	publicFile     = "audit.pub"
	checkpointFile = "audit.checkpoints"
)

// A Seal (印章) signs checkpoints with an Ed25519 key that lies in the data folder, and knows every public key that ever
// signed there.
type Seal struct {
	dir    string
	signer note.Signer
	public []string
	known  note.Verifiers
}

// OpenSeal reads the key in dir and makes one at the first start: audit.key, readable by its owner only, and its public
// half as a further line of audit.pub.
func OpenSeal(dir string) (*Seal, error) {
	secret, public, err := openKey(filepath.Join(dir, keyFile))
	if err != nil {
		return nil, fmt.Errorf("open audit seal: %w", err)
	}
	s := &Seal{dir: dir}
	if s.signer, err = note.NewSigner(secret); err != nil {
		return nil, fmt.Errorf("open audit seal: %s: %w", keyFile, err)
	}
	old, err := os.ReadFile(filepath.Join(dir, publicFile))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("open audit seal: %w", err)
	}
	s.public = strings.Fields(string(old))
	if !slices.Contains(s.public, public) {
		if err := appendLine(filepath.Join(dir, publicFile), public, 0o644); err != nil {
			return nil, fmt.Errorf("open audit seal: %w", err)
		}
		s.public = append(s.public, public)
	}
	if s.known, err = Verifiers(s.public...); err != nil {
		return nil, fmt.Errorf("open audit seal: %s: %w", publicFile, err)
	}
	return s, nil
}

// PublicKeys returns the keys with which others may check what this Seal signed, the newest last.
func (s *Seal) PublicKeys() []string { return slices.Clone(s.public) }

// Verifiers reads public keys as PublicKeys returns them.
func Verifiers(keys ...string) (note.Verifiers, error) {
	var list []note.Verifier
	for _, k := range keys {
		v, err := note.NewVerifier(k)
		if err != nil {
			return nil, fmt.Errorf("public key %q: %w", k, err)
		}
		list = append(list, v)
	}
	return note.VerifierList(list...), nil
}

// openKey reads or makes the key file: the secret key on its first line, the public one on its second.
func openKey(path string) (secret, public string, err error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if secret, public, err = note.GenerateKey(rand.Reader, "linli"); err != nil {
			return "", "", err
		}
		err = createFile(path, secret+"\n"+public+"\n")
		if err == nil {
			return secret, public, nil
		}
		if !errors.Is(err, fs.ErrExist) { // another process made it in this moment
			return "", "", err
		}
		text, err = os.ReadFile(path)
	}
	if err != nil {
		return "", "", err
	}
	lines := strings.Fields(string(text))
	if len(lines) != 2 {
		return "", "", fmt.Errorf("%s: want two lines, the secret and the public key", path)
	}
	return lines[0], lines[1], nil
}

// createFile writes a new file for its owner only, whole or not at all; it fails when there is one.
func createFile(path, text string) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".key-*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.WriteString(text)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Link(f.Name(), path)
}

func appendLine(path, line string, mode fs.FileMode) error {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, mode)
	if err != nil {
		return err
	}
	_, err = f.WriteString(line + "\n")
	return errors.Join(err, f.Sync(), f.Close())
}

// keep appends a signed checkpoint to the file beside the key.
func (s *Seal) keep(signed string) error {
	line, err := json.Marshal(signed)
	if err != nil {
		return err
	}
	return appendLine(filepath.Join(s.dir, checkpointFile), string(line), 0o644)
}

// kept calls each with every checkpoint in the file. A last line cut off by a crash is passed over.
func (s *Seal) kept(each func(signed string)) error {
	f, err := os.Open(filepath.Join(s.dir, checkpointFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var signed string
		if json.Unmarshal(lines.Bytes(), &signed) == nil {
			each(signed)
		}
	}
	return lines.Err()
}
