package pack

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"sync"
)

// A Shelf (书架) is where packs stay that were read, so that whoever loads the same files again, with the same settings of the city, need not read them
// again. A pack is never changed once it is read, so many may hold the same one. The zero Shelf is empty; it is safe for concurrent use.
type Shelf struct {
	mu    sync.Mutex
	packs map[[sha256.Size]byte]*Pack
}

// mark tells what a pack is read from.
func mark(dir string, files map[string][]byte, o Options) (key [sha256.Size]byte) {
	h := sha256.New()
	fmt.Fprintf(h, "%q %t %q %d %s", dir, o.Serving, o.LocalName, len(o.Local), o.Local)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		fmt.Fprintf(h, "%q %d ", name, len(files[name]))
		h.Write(files[name])
	}
	h.Sum(key[:0])
	return key
}

// get returns the pack of a mark, nil when it has not been read.
func (s *Shelf) get(key [sha256.Size]byte) *Pack {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.packs[key]
}

// put keeps a pack in which nothing was wrong.
func (s *Shelf) put(key [sha256.Size]byte, p *Pack) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.packs == nil {
		s.packs = map[[sha256.Size]byte]*Pack{}
	}
	s.packs[key] = p
}
