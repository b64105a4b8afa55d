package browser

import (
	"bytes"
	"cmp"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/chromedp/chromedp"
)

// pictures is the folder that pictures are drawn into; "" draws none. A path that is not absolute begins at the root of the module.
func pictures() string {
	dir := os.Getenv("LINLI_PICTURES")
	if dir == "" || filepath.IsAbs(dir) {
		return dir
	}
	return filepath.Join("..", "..", dir)
}

// tallest bounds a picture: what is further down is seen by opening the page.
const tallest = 1750

// picture keeps the page under a name, from its top as far down as it goes. Only one engine draws, so that nobody writes over another.
func (b *tab) picture(name string) {
	b.Helper()
	dir := pictures()
	if dir == "" || !strings.HasSuffix(b.Name(), "/sqlite") {
		return
	}
	size := b.size
	b.do("leave the field", chromedp.Evaluate[chromedp.Void]("document.activeElement.blur()"))
	whole := size
	whole.height = min(max(size.height, eval[int64](b, "document.documentElement.scrollHeight")), tallest)
	b.resize(whole)
	defer b.resize(size)
	b.settled()
	b.until("draw", "(window.scrollTo(0, 0), document.fonts.status === 'loaded')")
	raw, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	b.must(err)
	small, err := fewColours(raw)
	b.must(err)
	b.must(os.MkdirAll(dir, 0o755))
	b.must(os.WriteFile(filepath.Join(dir, name+".png"), small, 0o644))
}

// fewColours draws a picture again with the 256 colours it uses most, a third of the size for a page of text.
func fewColours(raw []byte) ([]byte, error) {
	src, err := png.Decode(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	out := image.NewPaletted(src.Bounds(), commonest(src, 256))
	draw.Draw(out, out.Bounds(), src, src.Bounds().Min, draw.Src)
	var buf bytes.Buffer
	enc := png.Encoder{CompressionLevel: png.BestCompression}
	err = enc.Encode(&buf, out)
	return buf.Bytes(), err
}

// commonest are the n colours a picture uses most.
func commonest(src image.Image, n int) color.Palette {
	count := map[color.RGBA]int{}
	r := src.Bounds()
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			c := color.RGBAModel.Convert(src.At(x, y)).(color.RGBA)
			count[c]++
		}
	}
	list := slices.SortedFunc(maps.Keys(count), func(a, b color.RGBA) int {
		return cmp.Or(count[b]-count[a], int(a.R)-int(b.R), int(a.G)-int(b.G), int(a.B)-int(b.B))
	})
	p := make(color.Palette, 0, n)
	for _, c := range list[:min(n, len(list))] {
		p = append(p, c)
	}
	return p
}
