package voice

import (
	"encoding/binary"
	"io"
	"time"
)

// boxes are those of an MP4 file that are walked into.
var boxes = map[string]bool{"moov": true, "trak": true, "mdia": true, "moof": true, "traf": true, "mvex": true}

// mp4 walks an MP4 file. One that was recorded in pieces tells its length only in those: the time at which each begins, and the samples in it.
func mp4(r io.ReadSeeker, size int64) (time.Duration, error) {
	var w mp4Walk
	if err := w.walk(r, 0, size, 0); err != nil {
		return 0, err
	}
	if !w.sound {
		return 0, errDamaged
	}
	return seconds(max(w.told, w.pieces), w.scale)
}

type mp4Walk struct {
	sound        bool
	scale        uint64 // ticks a second, of the sound
	told, pieces uint64 // ticks
	each         uint64 // ticks a sample, unless a piece says otherwise
	begins       uint64 // of the piece
}

func (w *mp4Walk) walk(r io.ReadSeeker, off, end int64, depth int) error {
	for off < end {
		var head [16]byte
		if err := at(r, off, head[:8]); err != nil {
			return err
		}
		n, begin := int64(binary.BigEndian.Uint32(head[:4])), int64(8)
		switch n {
		case 0:
			n = end - off
		case 1:
			if err := at(r, off+8, head[8:]); err != nil {
				return err
			}
			n, begin = int64(binary.BigEndian.Uint64(head[8:])), 16
		}
		if n < begin || n > end-off {
			return errDamaged
		}
		kind := string(head[4:8])
		var err error
		if boxes[kind] && depth < 8 {
			err = w.walk(r, off+begin, off+n, depth+1)
		} else {
			err = w.box(r, kind, off+begin, n-begin)
		}
		if err != nil {
			return err
		}
		off += n
	}
	return nil
}

// box reads what a box says of time.
func (w *mp4Walk) box(r io.ReadSeeker, kind string, off, n int64) error {
	switch kind {
	case "hdlr", "mdhd", "trex", "tfhd", "tfdt", "trun":
	default:
		return nil
	}
	b := make([]byte, min(n, 40))
	if err := at(r, off, b); err != nil {
		return err
	}
	if len(b) < 8 {
		return errDamaged
	}
	f := fields{b: b, wide: b[0] == 1, flags: binary.BigEndian.Uint32(b) & 0xffffff, at: 4}
	switch kind {
	case "hdlr":
		if len(b) < 12 || string(b[8:12]) == "vide" {
			return errDamaged // a film
		}
		w.sound = w.sound || string(b[8:12]) == "soun"
	case "mdhd":
		f.time() // made
		f.time() // changed
		w.scale = f.word()
		w.told = f.time()
		if w.told == 1<<32-1 || w.told == 1<<64-1 {
			w.told = 0 // nobody knew
		}
	case "trex":
		f.word() // track
		f.word() // description
		w.each = f.word()
	case "tfhd":
		f.word() // track
		f.skip(0x1, 8)
		f.skip(0x2, 4)
		if f.flags&0x8 != 0 {
			w.each = f.word()
		}
	case "tfdt":
		w.begins = f.time()
	case "trun":
		return w.run(r, f, off, n)
	}
	return f.err
}

// run adds up the samples of a piece.
func (w *mp4Walk) run(r io.ReadSeeker, f fields, off, n int64) error {
	count := f.word()
	f.skip(0x1, 4)
	f.skip(0x4, 4)
	if f.err != nil {
		return f.err
	}
	wide := int64(0)
	for _, bit := range []uint32{0x100, 0x200, 0x400, 0x800} {
		if f.flags&bit != 0 {
			wide += 4
		}
	}
	if count > 1<<24 || wide > 0 && int64(count) > (n-int64(f.at))/wide {
		return errDamaged
	}
	if f.flags&0x100 == 0 {
		w.begins += count * w.each
	} else {
		var b [4]byte
		for i := range int64(count) {
			if err := at(r, off+int64(f.at)+i*wide, b[:]); err != nil {
				return err
			}
			w.begins += uint64(binary.BigEndian.Uint32(b[:]))
		}
	}
	w.pieces = max(w.pieces, w.begins)
	return nil
}

// fields reads the numbers of a box one behind the other.
type fields struct {
	b     []byte
	wide  bool // times have eight bytes
	flags uint32
	at    int
	err   error
}

func (f *fields) word() uint64 {
	if f.at+4 > len(f.b) {
		f.err = errDamaged
		return 0
	}
	f.at += 4
	return uint64(binary.BigEndian.Uint32(f.b[f.at-4:]))
}

func (f *fields) time() uint64 {
	v := f.word()
	if f.wide {
		v = v<<32 | f.word()
	}
	return v
}

// skip steps over what is there only with a flag.
func (f *fields) skip(flag uint32, n int) {
	if f.flags&flag != 0 {
		f.at += n
	}
}
