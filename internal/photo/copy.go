package photo

import (
	"bufio"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/draw"
	"golang.org/x/image/webp"

	"linli/internal/fault"
)

// quality of a copy: no difference is seen on a screen, at a tenth of the size.
const quality = 82

// Copy writes a JPEG of the photo that carries nothing but the picture, upright, with no side longer than most. Returns
// what Read returns for a photo that is none.
func Copy(w io.Writer, r io.ReadSeeker, most int) error {
	p, err := Read(r)
	if err != nil {
		return err
	}
	src, err := decode(p.Format, bufio.NewReader(r))
	if err != nil {
		return fault.Invalid("file", "照片已损坏或没有传完，请重新拍一张")
	}
	if err := jpeg.Encode(w, turned(shrunk(src, most), p.Turn), &jpeg.Options{Quality: quality}); err != nil {
		return fmt.Errorf("write copy of photo: %w", err)
	}
	return nil
}

func decode(format string, r io.Reader) (image.Image, error) {
	switch format {
	case "jpeg":
		return jpeg.Decode(r)
	case "png":
		return png.Decode(r)
	}
	return webp.Decode(r)
}

// shrunk draws the picture on white with no side longer than most. A much larger one is taken to twice the size first,
// so that every point of the copy is a mean and not a sample.
func shrunk(src image.Image, most int) *image.RGBA {
	size := src.Bounds().Size()
	fit := func(most int) image.Rectangle {
		w, h := size.X, size.Y
		if long := max(w, h); long > most {
			w, h = max(1, w*most/long), max(1, h*most/long)
		}
		return image.Rect(0, 0, w, h)
	}
	if max(size.X, size.Y) > 2*most {
		double := image.NewRGBA(fit(2 * most))
		onWhite(double, src)
		src = double
	}
	out := image.NewRGBA(fit(most))
	onWhite(out, src)
	return out
}

func onWhite(dst *image.RGBA, src image.Image) {
	draw.Draw(dst, dst.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.ApproxBiLinear.Scale(dst, dst.Bounds(), src, src.Bounds(), draw.Over, nil)
}

// turned puts a picture upright that EXIF says lies otherwise.
func turned(src *image.RGBA, turn int) *image.RGBA {
	if turn <= 1 || turn > 8 {
		return src
	}
	w, h := src.Rect.Dx(), src.Rect.Dy()
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	if turn >= 5 {
		out = image.NewRGBA(image.Rect(0, 0, h, w))
	}
	for y := range h {
		for x := range w {
			to := [...]image.Point{2: {w - 1 - x, y}, 3: {w - 1 - x, h - 1 - y}, 4: {x, h - 1 - y}, 5: {y, x},
				6: {h - 1 - y, x}, 7: {h - 1 - y, w - 1 - x}, 8: {y, w - 1 - x}}[turn]
			copy(out.Pix[out.PixOffset(to.X, to.Y):][:4], src.Pix[src.PixOffset(x, y):][:4])
		}
	}
	return out
}
