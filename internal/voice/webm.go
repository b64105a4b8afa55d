package voice

import (
	"io"
	"time"
)

// Elements of WebM that are walked into or read; all others are stepped over.
const (
	idHead       = 0x1A45DFA3
	idSegment    = 0x18538067
	idInfo       = 0x1549A966
	idScale      = 0x2AD7B1
	idTracks     = 0x1654AE6B
	idTrack      = 0xAE
	idTrackType  = 0x83
	idCluster    = 0x1F43B675
	idClusterAt  = 0xE7
	idBlock      = 0xA3 // SimpleBlock
	idGroup      = 0xA0
	idGroupBlock = 0xA1
)

var masters = map[uint64]bool{idSegment: true, idInfo: true, idTracks: true, idTrack: true, idCluster: true, idGroup: true}

// webm walks a WebM file: browsers write the segment and its clusters without a size, so masters are simply walked into, and every element inside is
// found in the order of the file.
func webm(r io.ReadSeeker, size int64) (time.Duration, error) {
	var off int64
	var cluster, end uint64
	scale, sound := uint64(1_000_000), false // nanoseconds a tick, unless told
	for off < size {
		id, n, err := element(r, off)
		if err != nil {
			return 0, err
		}
		off += n.head
		if masters[id] {
			continue
		}
		if n.unknown || n.size > uint64(size-off) {
			return 0, errDamaged
		}
		switch id {
		case idScale, idClusterAt, idTrackType:
			v, err := number(r, off, n.size)
			if err != nil {
				return 0, err
			}
			switch id {
			case idScale:
				scale = v
			case idClusterAt:
				cluster = v
			case idTrackType:
				if v != 2 {
					return 0, errDamaged // a film
				}
				sound = true
			}
		case idBlock, idGroupBlock:
			ticks, err := blockAt(r, off, n.size)
			if err != nil {
				return 0, err
			}
			if t := int64(cluster) + ticks; t > int64(end) {
				end = uint64(t)
			}
		}
		off += int64(n.size)
	}
	if !sound || scale == 0 || scale > uint64(time.Second) {
		return 0, errDamaged
	}
	return seconds(end, uint64(time.Second)/scale)
}

type extent struct {
	head    int64
	size    uint64
	unknown bool
}

// element reads the name and the size of the element at a place.
func element(r io.ReadSeeker, off int64) (id uint64, n extent, err error) {
	id, width, _, err := vint(r, off, false)
	if err != nil || width > 4 {
		return 0, n, orDamaged(err)
	}
	size, wide, ones, err := vint(r, off+width, true)
	if err != nil {
		return 0, n, err
	}
	return id, extent{head: width + wide, size: size, unknown: ones}, nil
}

// vint reads a number of variable length; ones reports that all its bits are set, which stands for a size nobody knew.
func vint(r io.ReadSeeker, off int64, strip bool) (v uint64, width int64, ones bool, err error) {
	var b [8]byte
	if err := at(r, off, b[:1]); err != nil {
		return 0, 0, false, err
	}
	width = 1
	for mask := byte(0x80); mask != 0 && b[0]&mask == 0; mask >>= 1 {
		width++
	}
	if width > 8 {
		return 0, 0, false, errDamaged
	}
	if _, err := io.ReadFull(r, b[1:width]); err != nil {
		return 0, 0, false, err
	}
	if strip {
		b[0] &^= 0x80 >> (width - 1)
	}
	for _, c := range b[:width] {
		v = v<<8 | uint64(c)
	}
	return v, width, strip && v == 1<<(7*width)-1, nil
}

// number reads an unsigned number of at most eight bytes.
func number(r io.ReadSeeker, off int64, size uint64) (v uint64, err error) {
	var b [8]byte
	if size > 8 {
		return 0, errDamaged
	}
	if err := at(r, off, b[:size]); err != nil {
		return 0, err
	}
	for _, c := range b[:size] {
		v = v<<8 | uint64(c)
	}
	if v > 1<<53 {
		return 0, errDamaged
	}
	return v, nil
}

// blockAt is when a block begins, from the beginning of its cluster.
func blockAt(r io.ReadSeeker, off int64, size uint64) (int64, error) {
	_, width, _, err := vint(r, off, true) // number of its track
	if err != nil || size < uint64(width)+2 {
		return 0, orDamaged(err)
	}
	var b [2]byte
	err = at(r, off+width, b[:])
	return int64(int16(b[0])<<8 | int16(b[1])), err
}

func orDamaged(err error) error {
	if err == nil {
		return errDamaged
	}
	return err
}
