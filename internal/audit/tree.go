package audit

import (
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"linli/internal/db"
)

// tileHeight is the number of tree levels in one tile; a full tile holds 256 hashes of its lowest level.
const (
	tileHeight = 8
	tileWidth  = 1 << tileHeight
)

// A tree is the right edge of a Merkle tree: enough to append leaves and to tell the root. It holds at most one open tile
// for each eight levels, whatever its size.
type tree struct {
	size int64
	open [][]tlog.Hash // open[l] is the unfinished tile of tile level l, fewer than 256 hashes
}

// append adds a leaf. full receives each tile that became full.
func (t *tree) append(leaf tlog.Hash, full func(level int, n int64, hashes []tlog.Hash)) {
	t.size++
	h := leaf
	for level := 0; ; level++ {
		if level == len(t.open) {
			t.open = append(t.open, nil)
		}
		t.open[level] = append(t.open[level], h)
		if len(t.open[level]) < tileWidth {
			return
		}
		done := t.open[level]
		t.open[level] = nil
		full(level, t.size>>(tileHeight*(level+1))-1, done)
		h = fold(done)
	}
}

// root returns the hash of the whole tree.
func (t *tree) root() (tlog.Hash, error) {
	return tlog.TreeHash(t.size, tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			level, n := tlog.SplitStoredHashIndex(index)
			// the subtrees on the right edge lie within the open tiles
			inner := level % tileHeight
			tile := t.open[level/tileHeight]
			from := int(n<<inner) & (tileWidth - 1)
			out[i] = fold(tile[from : from+1<<inner])
		}
		return out, nil
	}))
}

// fold hashes a complete subtree, whose width is a power of two.
func fold(hashes []tlog.Hash) tlog.Hash {
	row := append([]tlog.Hash(nil), hashes...)
	for len(row) > 1 {
		for i := range len(row) / 2 {
			row[i] = tlog.NodeHash(row[2*i], row[2*i+1])
		}
		row = row[:len(row)/2]
	}
	return row[0]
}

// openTree reads the right edge of the stored tree.
func openTree(tx *db.Tx, city string, size int64) (*tree, error) {
	t := &tree{size: size}
	for level := 0; size>>(tileHeight*level) > 0; level++ {
		count := size >> (tileHeight * level)
		width := int(count & (tileWidth - 1))
		var hashes []tlog.Hash
		if width > 0 {
			stored, err := readTile(tx, city, level, count>>tileHeight)
			if err != nil {
				return nil, err
			}
			if len(stored) < width {
				return nil, fmt.Errorf("audit log of %s: tile %d/%d holds %d hashes, want %d", city, level, count>>tileHeight, len(stored), width)
			}
			hashes = stored[:width]
		}
		t.open = append(t.open, hashes)
	}
	return t, nil
}

// readTile returns the stored hashes of one tile, none when it is missing.
func readTile(tx *db.Tx, city string, level int, n int64) ([]tlog.Hash, error) {
	var raw []byte
	err := tx.QueryRow(`select hashes from audit_tile where city = ? and level = ? and n = ?`, city, level, n).Scan(&raw)
	if err == db.ErrNoRows {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read tile %d/%d of %s: %w", level, n, city, err)
	}
	return unpack(raw), nil
}

func writeTile(tx *db.Tx, city string, level int, n int64, hashes []tlog.Hash) error {
	return tx.Exec(`insert into audit_tile (city, level, n, hashes) values (?, ?, ?, ?)
		on conflict (city, level, n) do update set hashes = excluded.hashes`, city, level, n, pack(hashes))
}

func pack(hashes []tlog.Hash) []byte {
	raw := make([]byte, 0, len(hashes)*tlog.HashSize)
	for _, h := range hashes {
		raw = append(raw, h[:]...)
	}
	return raw
}

func unpack(raw []byte) []tlog.Hash {
	hashes := make([]tlog.Hash, len(raw)/tlog.HashSize)
	for i := range hashes {
		copy(hashes[i][:], raw[i*tlog.HashSize:])
	}
	return hashes
}

// tileReader gives tlog the stored tiles; tlog checks each against the root before it believes it.
type tileReader struct {
	tx   *db.Tx
	city string
}

// Height implements tlog.TileReader.
func (tileReader) Height() int { return tileHeight }

// SaveTiles implements tlog.TileReader; nothing is cached.
func (tileReader) SaveTiles([]tlog.Tile, [][]byte) {}

// ReadTiles implements tlog.TileReader.
func (r tileReader) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	out := make([][]byte, len(tiles))
	for i, t := range tiles {
		hashes, err := readTile(r.tx, r.city, t.L, t.N)
		if err != nil {
			return nil, err
		}
		if len(hashes) < t.W {
			return nil, fmt.Errorf("tile %d/%d of %s holds %d hashes, want %d", t.L, t.N, r.city, len(hashes), t.W)
		}
		out[i] = pack(hashes[:t.W])
	}
	return out, nil
}
