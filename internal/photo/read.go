package photo

import (
	"bufio"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"time"

	"golang.org/x/image/webp"

	"linli/internal/fault"
)

// Bounds of a photo that is taken in.
const (
	MaxPixels = 50_000_000
	MaxMemory = 200 << 20 // bytes that decoding may take
)

// A Photo (照片) is what the headers of a file tell of a picture.
type Photo struct {
	Format        string // jpeg, png or webp
	Width, Height int    // as stored, before Turn
	Memory        int64  // bytes that decoding takes
	Turn          int    // EXIF orientation, 1 to 8
	Taken         time.Time
	Placed        bool // Lon and Lat are known
	Lon, Lat      float64
}

// Read reads the headers of a photo. Returns an invalid fault on field "file" for what is not one or is too large.
func Read(r io.ReadSeeker) (Photo, error) {
	p := Photo{Turn: 1}
	head := make([]byte, 12)
	if _, err := io.ReadFull(r, head); err != nil {
		return p, notOne()
	}
	if p.Format = formatOf(head); p.Format == "" {
		return p, notOne()
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return p, err
	}
	c, err := configOf(p.Format, r)
	if err != nil || c.Width <= 0 || c.Height <= 0 {
		return p, fault.Invalid("file", "照片已损坏或没有传完，请重新拍一张")
	}
	p.Width, p.Height = c.Width, c.Height
	if pixels := int64(c.Width) * int64(c.Height); pixels > MaxPixels {
		return p, fault.Invalid("file", "照片有 %d 万像素，最多 %d 万；请在相机设置里选小一些的尺寸，或发送缩小后的照片", pixels/10_000, MaxPixels/10_000)
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return p, err
	}
	if p.Memory, err = memoryOf(p.Format, c, r); err != nil {
		return p, fault.Invalid("file", "照片已损坏或没有传完，请重新拍一张")
	}
	if p.Memory > MaxMemory {
		return p, fault.Invalid("file", "这种存储方式的照片解开要占 %d MB 内存，最多 %d MB；请缩小后再发送", p.Memory>>20, MaxMemory>>20)
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return p, err
	}
	p.readMeta(r)
	_, err = r.Seek(0, io.SeekStart)
	return p, err
}

func notOne() error {
	return fault.Invalid("file", "这个文件不是照片；请发送 JPEG、PNG 或 WebP 格式的照片")
}

func formatOf(head []byte) string {
	switch {
	case string(head[:3]) == "\xff\xd8\xff":
		return "jpeg"
	case string(head[:8]) == "\x89PNG\r\n\x1a\n":
		return "png"
	case string(head[:4]) == "RIFF" && string(head[8:12]) == "WEBP":
		return "webp"
	}
	return ""
}

func configOf(format string, r io.Reader) (image.Config, error) {
	r = bufio.NewReader(r)
	switch format {
	case "jpeg":
		return jpeg.DecodeConfig(r)
	case "png":
		return png.DecodeConfig(r)
	}
	return webp.DecodeConfig(r)
}

// memoryOf foretells how many bytes decoding takes.
func memoryOf(format string, c image.Config, r io.Reader) (int64, error) {
	pixels := int64(c.Width) * int64(c.Height)
	switch format {
	case "jpeg":
		return jpegMemory(pixels, bufio.NewReader(r))
	case "webp": // luma, chroma and alpha, or colours decoded twice
		if c.ColorModel == color.YCbCrModel {
			return pixels * 3, nil
		}
		return pixels * 8, nil
	}
	switch c.ColorModel {
	case color.RGBA64Model, color.NRGBA64Model:
		return pixels * 8, nil
	case color.Gray16Model:
		return pixels * 2, nil
	}
	if _, paletted := c.ColorModel.(color.Palette); paletted || c.ColorModel == color.GrayModel {
		return pixels, nil
	}
	return pixels * 4, nil
}

// jpegMemory reads markers up to the frame header: a sample is a byte, and in a progressive picture five, for its
// coefficients are kept in whole words until the last scan.
func jpegMemory(pixels int64, r *bufio.Reader) (int64, error) {
	if _, err := r.Discard(2); err != nil {
		return 0, err
	}
	for {
		marker, size, err := nextMarker(r)
		if err != nil {
			return 0, err
		}
		if marker < 0xC0 || marker > 0xC2 {
			if _, err := r.Discard(size); err != nil {
				return 0, err
			}
			continue
		}
		frame := make([]byte, size)
		if _, err := io.ReadFull(r, frame); err != nil {
			return 0, err
		}
		return frameMemory(pixels, marker == 0xC2, frame)
	}
}

// nextMarker returns the next segment and how many bytes it has behind its length.
func nextMarker(r *bufio.Reader) (marker byte, size int, err error) {
	for marker == 0 || marker == 0xFF {
		if marker == 0 {
			if _, err := r.ReadSlice(0xFF); err != nil && err != bufio.ErrBufferFull {
				return 0, 0, err
			}
		}
		if marker, err = r.ReadByte(); err != nil {
			return 0, 0, err
		}
	}
	if marker >= 0xD0 && marker <= 0xD9 { // stands alone
		return marker, 0, nil
	}
	var length [2]byte
	if _, err := io.ReadFull(r, length[:]); err != nil {
		return 0, 0, err
	}
	return marker, max(0, int(length[0])<<8|int(length[1])-2), nil
}

func frameMemory(pixels int64, progressive bool, frame []byte) (int64, error) {
	if len(frame) < 6 || len(frame) < 6+3*int(frame[5]) || frame[5] == 0 {
		return 0, fmt.Errorf("frame header of %d bytes", len(frame))
	}
	var sum, widest, highest int64
	for i := range int(frame[5]) {
		h, v := int64(frame[7+3*i]>>4), int64(frame[7+3*i]&15)
		sum, widest, highest = sum+h*v, max(widest, h), max(highest, v)
	}
	if widest*highest == 0 {
		return 0, fmt.Errorf("no sampling")
	}
	memory := pixels * sum / (widest * highest)
	if progressive {
		memory *= 5
	}
	return memory, nil
}
