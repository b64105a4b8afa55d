package audit

import (
	"bytes"
	"encoding/binary"
	"slices"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
)

// TestTreeAgreesWithTlog grows our tree beside tlog's own store and compares roots and tiles.
func TestTreeAgreesWithTlog(t *testing.T) {
	var store []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(indexes))
		for i, x := range indexes {
			out[i] = store[x]
		}
		return out, nil
	})
	var ours tree
	const size = tileWidth*tileWidth + 3*tileWidth + 5 // three levels of tiles
	for n := range int64(size) {
		data := binary.BigEndian.AppendUint64(nil, uint64(n))
		hashes, err := tlog.StoredHashes(n, data, reader)
		if err != nil {
			t.Fatal(err)
		}
		store = append(store, hashes...)
		ours.append(tlog.RecordHash(data), func(level int, k int64, hashes []tlog.Hash) {
			want, err := tlog.ReadTileData(tlog.Tile{H: tileHeight, L: level, N: k, W: tileWidth}, reader)
			if err != nil || !bytes.Equal(pack(hashes), want) {
				t.Fatalf("tile %d/%d differs (%v)", level, k, err)
			}
		})
		if n%97 == 0 || n == size-1 || slices.Contains([]int64{1, 255, 256, 257, 65535, 65536}, n+1) {
			want, err := tlog.TreeHash(n+1, reader)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := ours.root(); err != nil || got != want {
				t.Fatalf("root at size %d is %v (%v), want %v", n+1, got, err, want)
			}
		}
	}
}

func TestEveryColumnCounts(t *testing.T) {
	base := Entry{ID: 7, City: "4112", Actor: "a", Verb: "accept", Subject: "case:1", Detail: []byte(`{"a":1}`)}
	for name, change := range map[string]func(e *Entry){
		"id": func(e *Entry) { e.ID++ }, "city": func(e *Entry) { e.City = "4113" },
		"at": func(e *Entry) { e.At.Time = e.At.AddDate(2000, 0, 0) }, "actor": func(e *Entry) { e.Actor = "b" },
		"verb": func(e *Entry) { e.Verb = "refuse" }, "subject": func(e *Entry) { e.Subject = "case:2" },
		"digest": func(e *Entry) { e.Digest[31]++ }, "detail": func(e *Entry) { e.Detail = []byte(`{"a":2}`) },
		"border": func(e *Entry) { e.Actor, e.Verb = "aa", "ccept" },
	} {
		e := base
		change(&e)
		if e.leaf() == base.leaf() {
			t.Errorf("a change of %s leaves the hash as it was", name)
		}
	}
}
