package demo

import (
	_ "embed"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

//go:embed local.yaml
var settings []byte

// Settle puts the demonstration city's own settings into a data folder that has none: which documents of other places it has
// adopted. It comes before the packs are read.
func Settle(data string) error {
	if err := os.MkdirAll(data, 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(filepath.Join(data, "local.yaml"), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = f.Write(settings)
	return errors.Join(err, f.Close())
}
