// Package packs carries the pack files in the program. It is data: the loader is internal/pack.
package packs

import "embed"

// Files holds packs/<jurisdiction>/<document-id>/ as they stand in the repository.
//
//go:embed all:*/*
var Files embed.FS
