package photo

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"linli/internal/fault"
)

// jpegOf draws a photo of two halves: left red, right blue.
func jpegOf(t testing.TB, w, h int) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.RGBA{200, 0, 0, 255}
			if x >= w/2 {
				c = color.RGBA{0, 0, 200, 255}
			}
			img.SetRGBA(x, y, c)
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// A tag of an IFD: its value is inline or at an offset.
type tag struct {
	id, kind uint16
	count    uint32
	value    []byte
}

func ascii(id uint16, s string) tag {
	return tag{id, 2, uint32(len(s) + 1), append([]byte(s), 0)}
}

func rationals(id uint16, pairs ...uint32) tag {
	var b []byte
	for _, p := range pairs {
		b = binary.BigEndian.AppendUint32(b, p)
	}
	return tag{id, 5, uint32(len(pairs) / 2), b}
}

func short(id, v uint16) tag { return tag{id, 3, 1, []byte{byte(v >> 8), byte(v), 0, 0}} }

func pointer(id uint16, to int) tag {
	return tag{id, 4, 1, binary.BigEndian.AppendUint32(nil, uint32(to))}
}

// ifd writes a directory that begins at an offset.
func ifd(at int, tags ...tag) []byte {
	head := binary.BigEndian.AppendUint16(nil, uint16(len(tags)))
	data := []byte{}
	from := at + 2 + 12*len(tags) + 4
	for _, t := range tags {
		head = binary.BigEndian.AppendUint16(head, t.id)
		head = binary.BigEndian.AppendUint16(head, t.kind)
		head = binary.BigEndian.AppendUint32(head, t.count)
		if len(t.value) <= 4 {
			head = append(head, append(t.value, 0, 0, 0, 0)[:4]...)
			continue
		}
		head = binary.BigEndian.AppendUint32(head, uint32(from+len(data)))
		data = append(data, t.value...)
	}
	return append(append(head, 0, 0, 0, 0), data...)
}

// exif puts a time, a position and an orientation into a photo, as a camera does.
func exif(photo []byte, taken string, more ...tag) []byte {
	details := append([]tag{ascii(0x9003, taken)}, more...)
	const sub, gps = 100, 300
	body := append([]byte("MM\x00\x2a"), 0, 0, 0, 8)
	body = append(body, ifd(8, short(0x0112, 6), pointer(0x8769, sub), pointer(0x8825, gps))...)
	body = append(body, make([]byte, sub-len(body))...)
	body = append(body, ifd(sub, details...)...)
	body = append(body, make([]byte, gps-len(body))...)
	body = append(body, ifd(gps, ascii(1, "N"), rationals(2, 34, 1, 46, 1, 3000, 100), ascii(3, "E"), rationals(4, 111, 1, 12, 1, 1800, 100))...)
	app := append([]byte("Exif\x00\x00"), body...)
	out := append([]byte{}, photo[:2]...)
	out = append(out, 0xFF, 0xE1)
	out = binary.BigEndian.AppendUint16(out, uint16(len(app)+2))
	return append(append(out, app...), photo[2:]...)
}

func TestReadTellsWhatTheCameraWrote(t *testing.T) {
	for _, c := range []struct {
		taken, offset string
		want          time.Time
	}{
		{"2026:10:12 09:30:00", "", time.Date(2026, 10, 12, 1, 30, 0, 0, time.UTC)},
		{"2026:10:12 09:30:00", "+06:00", time.Date(2026, 10, 12, 3, 30, 0, 0, time.UTC)},
		{"0000:00:00 00:00:00", "", time.Time{}},
	} {
		var more []tag
		if c.offset != "" {
			more = append(more, ascii(0x9011, c.offset))
		}
		p, err := Read(bytes.NewReader(exif(jpegOf(t, 64, 48), c.taken, more...)))
		if err != nil {
			t.Fatal(err)
		}
		if !p.Taken.Equal(c.want) || p.Turn != 6 || !p.Placed || near(p.Lat, 34.775) || near(p.Lon, 111.205) || p.Width != 64 || p.Format != "jpeg" {
			t.Errorf("%s %s: %+v", c.taken, c.offset, p)
		}
	}
	if p, err := Read(bytes.NewReader(jpegOf(t, 64, 48))); err != nil || p.Placed || !p.Taken.IsZero() || p.Turn != 1 {
		t.Errorf("a photo that tells nothing: %+v, %v", p, err)
	}
}

func near(a, b float64) bool { return a < b-1e-4 || a > b+1e-4 }

func TestACopyIsUprightAndTellsNothing(t *testing.T) {
	in := exif(jpegOf(t, 640, 480), "2026:10:12 09:30:00")
	var out bytes.Buffer
	if err := Copy(&out, bytes.NewReader(in), 100); err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"Exif", "2026:10:12", "http://ns.adobe.com", "Photoshop"} {
		if bytes.Contains(out.Bytes(), []byte(secret)) {
			t.Errorf("the copy has %q", secret)
		}
	}
	p, err := Read(bytes.NewReader(out.Bytes()))
	if err != nil || p.Placed || !p.Taken.IsZero() || p.Turn != 1 {
		t.Fatalf("%+v, %v", p, err)
	}
	img, err := jpeg.Decode(bytes.NewReader(out.Bytes()))
	if err != nil || img.Bounds().Dx() != 75 || img.Bounds().Dy() != 100 {
		t.Fatalf("%v, %v", img.Bounds(), err)
	}
	top, _, _, _ := img.At(37, 10).RGBA()
	_, _, bottom, _ := img.At(37, 90).RGBA()
	if top < 0x9000 || bottom < 0x9000 {
		t.Errorf("turned wrongly: red above %x, blue below %x", top, bottom)
	}
}

func TestEveryTurnKeepsEveryPoint(t *testing.T) {
	src := image.NewRGBA(image.Rect(0, 0, 3, 2))
	for i := range src.Pix {
		src.Pix[i] = byte(i)
	}
	first := map[int]image.Point{1: {0, 0}, 2: {2, 0}, 3: {2, 1}, 4: {0, 1}, 5: {0, 0}, 6: {1, 0}, 7: {1, 2}, 8: {0, 2}}
	for turn, at := range first {
		out := turned(src, turn)
		if got := out.RGBAAt(at.X, at.Y); got != src.RGBAAt(0, 0) {
			t.Errorf("turn %d: the first point is not at %v", turn, at)
		}
		sum := 0
		for _, p := range out.Pix {
			sum += int(p)
		}
		if sum != 23*24/2 || (out.Rect.Dx() == 2) != (turn >= 5) {
			t.Errorf("turn %d: %v, sum %d", turn, out.Rect, sum)
		}
	}
}

// pngHeader is a PNG that claims a size and has nothing behind it.
func pngHeader(w, h uint32) []byte {
	head := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32([]byte("IHDR"), w), h)
	head = append(head, 8, 6, 0, 0, 0)
	out := append([]byte("\x89PNG\r\n\x1a\n"), 0, 0, 0, 13)
	return binary.BigEndian.AppendUint32(append(out, head...), crc32.ChecksumIEEE(head))
}

func TestWhatIsNoPhotoIsRefusedInWords(t *testing.T) {
	good := jpegOf(t, 64, 48)
	var alpha bytes.Buffer
	if err := png.Encode(&alpha, image.NewNRGBA(image.Rect(0, 0, 30, 20))); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		file []byte
		says string
	}{
		"words":        {[]byte("this is no photo at all"), "不是照片"},
		"empty":        {nil, "不是照片"},
		"gif":          {[]byte("GIF89a\x01\x00\x01\x00\x00\x00\x00"), "不是照片"},
		"program":      {append([]byte("MZ"), good...), "不是照片"},
		"head only":    {good[:20], "损坏"},
		"80 megapixel": {pngHeader(10_328, 7_760), "8014 万像素"},
		"bomb":         {pngHeader(65_000, 65_000), "万像素"},
		"no points":    {pngHeader(0, 7), "损坏"},
		"good":         {good, ""},
		"png":          {alpha.Bytes(), ""},
	} {
		_, err := Read(bytes.NewReader(c.file))
		if c.says == "" {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
		} else if e := fault.As(err); e == nil || e.Kind != fault.KindInvalid || !strings.Contains(e.Message(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := Copy(&bytes.Buffer{}, bytes.NewReader(good[:len(good)/2]), 10); err != nil && fault.KindOf(err) != fault.KindInvalid {
		t.Errorf("half a photo: %v", err)
	}
}

// jpegFrame is the header of a photo of a size, progressive or not, with halved chroma.
func jpegFrame(progressive bool, w, h uint16) []byte {
	sof := byte(0xC0)
	if progressive {
		sof = 0xC2
	}
	out := append([]byte{0xFF, 0xD8, 0xFF, 0xE0, 0, 16}, "JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"...)
	out = append(out, []byte{0xFF, sof, 0, 17, 8, byte(h >> 8), byte(h), byte(w >> 8), byte(w), 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1}...)
	return append(out, 0xFF, 0xD9)
}

func TestAProgressivePhotoIsBoundedByItsMemory(t *testing.T) {
	p, err := Read(bytes.NewReader(jpegFrame(false, 8000, 6000)))
	if err != nil || p.Memory != 72_000_000 {
		t.Errorf("48 megapixels, plain: %d bytes, %v", p.Memory, err)
	}
	if _, err := Read(bytes.NewReader(jpegFrame(true, 8000, 6000))); err == nil || !strings.Contains(err.Error(), "MB") {
		t.Errorf("48 megapixels, progressive: %v", err)
	}
	if p, err := Read(bytes.NewReader(jpegFrame(true, 4000, 3000))); err != nil || p.Memory != 90_000_000 {
		t.Errorf("12 megapixels, progressive: %d bytes, %v", p.Memory, err)
	}
}

// TestMemoryStaysWithinWhatReadForetells copies a real photo of 12 megapixels, or as many as LINLI_PHOTO_MEGAPIXELS says.
func TestMemoryStaysWithinWhatReadForetells(t *testing.T) {
	pixels := 12
	if s := os.Getenv("LINLI_PHOTO_MEGAPIXELS"); s != "" {
		var err error
		if pixels, err = strconv.Atoi(s); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewYCbCr(image.Rect(0, 0, 4000, pixels*250), image.YCbCrSubsampleRatio420), nil); err != nil {
		t.Fatal(err)
	}
	p, err := Read(bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	began := time.Now()
	var out bytes.Buffer
	if err := Copy(&out, bytes.NewReader(b.Bytes()), 1600); err != nil {
		t.Fatal(err)
	}
	took := time.Since(began)
	runtime.ReadMemStats(&after)
	used, bound := int64(after.TotalAlloc-before.TotalAlloc), p.Memory+5*4*1600*1600+1<<20
	t.Logf("%d megapixels: foretold %d MB, with the copy's own at most %d MB; allocated %d MB in %v", pixels, p.Memory>>20, bound>>20, used>>20, took)
	if used > bound {
		t.Errorf("allocated %d bytes, bound %d", used, bound)
	}
}

// FuzzRead: whatever the bytes, a fault of a kind that somebody can act on, and no panic.
func FuzzRead(f *testing.F) {
	f.Add(exif(jpegOf(f, 16, 12), "2026:10:12 09:30:00"))
	f.Add(jpegFrame(true, 100, 100))
	f.Add(pngHeader(20, 30))
	f.Add([]byte("RIFF\x00\x00\x00\x00WEBPVP8X"))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := Read(bytes.NewReader(b))
		if err != nil {
			if fault.KindOf(err) != fault.KindInvalid {
				t.Fatalf("%v", err)
			}
			return
		}
		if p.Turn < 1 || p.Turn > 8 || p.Memory > MaxMemory || p.Memory < 0 || p.Lon < -180 || p.Lon > 180 {
			t.Fatalf("%+v", p)
		}
	})
}
