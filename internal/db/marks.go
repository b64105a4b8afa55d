package db

import "strings"

// Marks returns n placeholders for a list in SQL, "?, ?, ?"; "" for none.
func Marks(n int) string { return strings.TrimSuffix(strings.Repeat("?, ", n), ", ") }
