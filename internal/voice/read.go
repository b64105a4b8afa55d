package voice

import (
	"errors"
	"io"
	"time"

	"github.com/gabriel-vasile/mimetype"

	"linli/internal/fault"
)

// Bounds of a note that is taken in. A telephone stops by itself after two minutes.
const (
	MaxBytes  = 8 << 20
	MaxLength = 3 * time.Minute
)

// A Voice (语音记录) is what a recording tells of itself.
type Voice struct {
	Type   string // media type, of the sound
	Ext    string // of its name, with the dot
	Length time.Duration
}

// errDamaged ends a walk over what does not hold together.
var errDamaged = errors.New("damaged recording")

// walks are the kinds of recordings by the media type that detection gives.
var walks = []struct {
	types []string
	is    Voice
	walk  func(r io.ReadSeeker, size int64) (time.Duration, error)
}{
	{[]string{"video/webm", "audio/webm"}, Voice{Type: "audio/webm", Ext: ".weba"}, webm},
	{[]string{"audio/ogg", "application/ogg"}, Voice{Type: "audio/ogg", Ext: ".ogg"}, ogg},
	{[]string{"audio/mp4", "audio/x-m4a", "video/mp4"}, Voice{Type: "audio/mp4", Ext: ".m4a"}, mp4},
	{[]string{"audio/wav"}, Voice{Type: "audio/wave", Ext: ".wav"}, wav},
}

// Kind is what a file is by its first bytes, without a length; false for what is no recording. A film looks like one until it is read.
func Kind(head []byte) (Voice, bool) {
	found := mimetype.Detect(head)
	for _, w := range walks {
		for _, t := range w.types {
			if found.Is(t) {
				return w.is, true
			}
		}
	}
	return Voice{}, false
}

// Read tells of a recording what it is and how long it lasts. Returns invalid on field "file" for what is none, is damaged, too large or too long.
func Read(r io.ReadSeeker) (Voice, error) {
	size, err := r.Seek(0, io.SeekEnd)
	if err != nil {
		return Voice{}, err
	}
	if size > MaxBytes {
		return Voice{}, fault.Invalid("file", "录音有 %d MB，最多 %d MB；请分几段录", size>>20, int64(MaxBytes)>>20)
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return Voice{}, err
	}
	head := make([]byte, min(size, 3072))
	if _, err := io.ReadFull(r, head); err != nil {
		return Voice{}, err
	}
	v, is := Kind(head)
	if !is {
		return Voice{}, fault.Invalid("file", "这个文件不是录音；请用手机重新录一段")
	}
	for _, w := range walks {
		if w.is == v {
			v.Length, err = w.walk(r, size)
		}
	}
	switch {
	case errors.Is(err, errDamaged), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return Voice{}, fault.Invalid("file", "录音已损坏或没有传完，请重新录一段")
	case err != nil:
		return Voice{}, err
	case v.Length > MaxLength:
		return Voice{}, fault.Invalid("file", "录音长 %d 秒，最多 %d 秒；请分几段录", int(v.Length.Seconds()), int(MaxLength.Seconds()))
	}
	return v, nil
}

// seconds is a number of units as a time; a count no recording has is damage.
func seconds(n, unit uint64) (time.Duration, error) {
	if unit == 0 || n/unit > 1<<20 {
		return 0, errDamaged
	}
	return time.Duration(float64(n) / float64(unit) * float64(time.Second)), nil
}

// at reads exactly len(b) bytes at a place.
func at(r io.ReadSeeker, off int64, b []byte) error {
	if _, err := r.Seek(off, io.SeekStart); err != nil {
		return err
	}
	_, err := io.ReadFull(r, b)
	return err
}
