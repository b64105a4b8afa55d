package voice

import (
	"encoding/binary"
	"io"
	"time"
)

// ogg walks the pages of an Ogg file. Opus counts its positions in samples of 48 kHz whatever it was recorded in, Vorbis and FLAC say how many a second.
func ogg(r io.ReadSeeker, size int64) (time.Duration, error) {
	var off int64
	rate, end, skip := uint64(0), uint64(0), uint64(0)
	for off < size {
		var head [27]byte
		if err := at(r, off, head[:]); err != nil {
			return 0, err
		}
		if string(head[:4]) != "OggS" {
			return 0, errDamaged
		}
		lengths := make([]byte, head[26])
		if _, err := io.ReadFull(r, lengths); err != nil {
			return 0, err
		}
		body, begin := int64(0), off+27+int64(len(lengths))
		for _, n := range lengths {
			body += int64(n)
		}
		if body > size-begin {
			return 0, errDamaged
		}
		if rate == 0 {
			first := make([]byte, min(body, 40))
			if err := at(r, begin, first); err != nil {
				return 0, err
			}
			rate, skip = rateOf(first)
		}
		if p := binary.LittleEndian.Uint64(head[6:]); p != 1<<64-1 && p > end {
			end = p
		}
		off = begin + body
	}
	if end > skip {
		end -= skip
	}
	return seconds(end, rate)
}

// rateOf is how many positions a second the first packet of an Ogg file promises, and how many of them come before the sound; 0 for what is no sound.
func rateOf(b []byte) (rate, skip uint64) {
	switch {
	case len(b) >= 19 && string(b[:8]) == "OpusHead":
		return 48_000, uint64(binary.LittleEndian.Uint16(b[10:]))
	case len(b) >= 16 && string(b[:7]) == "\x01vorbis":
		return uint64(binary.LittleEndian.Uint32(b[12:])), 0
	case len(b) >= 30 && string(b[:5]) == "\x7fFLAC":
		return uint64(b[27])<<12 | uint64(b[28])<<4 | uint64(b[29])>>4, 0
	}
	return 0, 0
}

// wav walks the chunks of a WAV file: bytes of sound by bytes a second.
func wav(r io.ReadSeeker, size int64) (time.Duration, error) {
	rate := uint64(0)
	for off := int64(12); off+8 <= size; {
		var b [16]byte
		if err := at(r, off, b[:8]); err != nil {
			return 0, err
		}
		n := int64(binary.LittleEndian.Uint32(b[4:]))
		switch string(b[:4]) {
		case "fmt ":
			if n < 16 {
				return 0, errDamaged
			}
			if err := at(r, off+8, b[:]); err != nil {
				return 0, err
			}
			rate = uint64(binary.LittleEndian.Uint32(b[8:]))
		case "data":
			return seconds(uint64(min(n, size-off-8)), rate) // a recorder that was cut off claims more than there is
		}
		off += 8 + n + n&1
	}
	return 0, errDamaged
}
