// Package voicetest makes recordings as telephones do, without a sound in them, for tests.
package voicetest

import (
	"encoding/binary"
	"time"
)

// WebM is what a browser's recorder writes: sizes of the segment and its clusters unknown, no length in the head, one block each 20 ms.
func WebM(long time.Duration) []byte { return webm(long, 2) }

// Film is WebM with pictures.
func Film(long time.Duration) []byte { return webm(long, 1) }

func webm(long time.Duration, kind byte) []byte {
	b := element([]byte{0x1A, 0x45, 0xDF, 0xA3}, element([]byte{0x42, 0x82}, []byte("webm")))
	b = append(b, 0x18, 0x53, 0x80, 0x67, 0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff)
	b = append(b, element([]byte{0x15, 0x49, 0xA9, 0x66}, element([]byte{0x2A, 0xD7, 0xB1}, []byte{0x0F, 0x42, 0x40}))...)
	b = append(b, element([]byte{0x16, 0x54, 0xAE, 0x6B}, element([]byte{0xAE}, element([]byte{0x83}, []byte{kind})))...)
	for at := 0; at <= int(long/time.Millisecond); at += 20 {
		if at%1000 == 0 {
			b = append(b, 0x1F, 0x43, 0xB6, 0x75, 0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff)
			b = append(b, element([]byte{0xE7}, binary.BigEndian.AppendUint32(nil, uint32(at)))...)
		}
		block := binary.BigEndian.AppendUint16([]byte{0x81}, uint16(at%1000))
		b = append(b, element([]byte{0xA3}, append(block, 0x80, 0xfc, 0xff, 0xfe))...)
	}
	return b
}

func element(id, body []byte) []byte {
	b := append([]byte{}, id...)
	b = append(b, 0x40|byte(len(body)>>8), byte(len(body)))
	return append(b, body...)
}

// Ogg is Opus in one page for the head and one for each second.
func Ogg(long time.Duration) []byte {
	head := append([]byte("OpusHead\x01\x01"), 0x38, 0x01, 0x80, 0xbb, 0, 0, 0, 0, 0)
	b := page(0, head)
	for s := 1; s <= int(long.Seconds()); s++ {
		b = append(b, page(uint64(s)*48000+312, make([]byte, 200))...)
	}
	return b
}

func page(position uint64, body []byte) []byte {
	b := append([]byte("OggS"), 0, 0)
	b = binary.LittleEndian.AppendUint64(b, position)
	b = append(b, make([]byte, 12)...)
	b = append(b, 1, byte(len(body)))
	return append(b, body...)
}

// MP4 is a file that tells its length in its head; Pieces is one that was recorded in pieces, as Safari does, and tells it nowhere else.
func MP4(long time.Duration) []byte { return mp4(uint32(long.Milliseconds())) }

// Pieces is MP4 in pieces of a second.
func Pieces(long time.Duration) []byte {
	b := mp4(0)
	for s := range int(long.Seconds()) {
		tfhd := box("tfhd", word(0x20008, 1, 100))
		tfdt := box("tfdt", word(0, uint32(s)*1000))
		trun := box("trun", word(0, 10))
		b = append(b, box("moof", box("traf", tfhd, tfdt, trun))...)
		b = append(b, box("mdat", make([]byte, 100))...)
	}
	return b
}

func mp4(ticks uint32) []byte {
	mdhd := box("mdhd", word(0, 0, 0, 1000, ticks), make([]byte, 4))
	hdlr := box("hdlr", word(0, 0), []byte("soun"), make([]byte, 13))
	return append(box("ftyp", []byte("M4A \x00\x00\x00\x00M4A mp42isom")), box("moov", box("trak", box("mdia", mdhd, hdlr)))...)
}

func box(kind string, parts ...[]byte) []byte {
	var body []byte
	for _, p := range parts {
		body = append(body, p...)
	}
	b := binary.BigEndian.AppendUint32(nil, uint32(len(body)+8))
	return append(append(b, kind...), body...)
}

func word(list ...uint32) (b []byte) {
	for _, v := range list {
		b = binary.BigEndian.AppendUint32(b, v)
	}
	return b
}

// WAV is 8 kHz, one byte a sample.
func WAV(long time.Duration) []byte {
	n := uint32(long.Seconds() * 8000)
	b := binary.LittleEndian.AppendUint32([]byte("RIFF"), 36+n)
	b = append(b, "WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00"...)
	b = binary.LittleEndian.AppendUint32(b, 8000)
	b = binary.LittleEndian.AppendUint32(b, 8000)
	b = append(b, 1, 0, 8, 0)
	b = binary.LittleEndian.AppendUint32(append(b, "data"...), n)
	return append(b, make([]byte, n)...)
}
