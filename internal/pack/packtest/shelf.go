// Package packtest keeps the packs that the tests of one process have read: nearly every test of a domain opens a town with all of them, and reading
// them took two thirds of the processor time of such tests. It never gives a test a pack that was read from other files.
package packtest

import "linli/internal/pack"

// Shelf is of this process.
var Shelf = &pack.Shelf{}
