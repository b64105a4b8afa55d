package demo

import (
	_ "embed"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"linli/internal/civil"
	"linli/internal/pack/rulebook"
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
	if _, err = f.Write(settings); err == nil {
		err = standards(filepath.Join(data, "packs", "demo-standards"))
	}
	return errors.Join(err, f.Close())
}

//go:embed rulebook.csv
var rules []byte

// standards makes the pack of the city's invented rulebook with the importer that a real city uses.
func standards(dir string) error {
	file := filepath.Join(filepath.Dir(filepath.Dir(dir)), "rulebook.csv")
	if err := os.WriteFile(file, rules, 0o600); err != nil {
		return err
	}
	rows, err := rulebook.Read(file)
	if err != nil {
		return err
	}
	files, err := rows.Files(rulebook.About{ID: "demo-standards", Title: "城市管理部件、事件立案、处置和结案标准（演示）", Issuer: "演示城市",
		Place: city, From: civil.MustDate("2024-01-01")})
	if err != nil {
		return err
	}
	for name, text := range files {
		to := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(to, text, 0o600); err != nil {
			return err
		}
	}
	return os.Remove(file)
}
