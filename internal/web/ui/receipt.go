package ui

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/skip2/go-qrcode"

	"linli/internal/fault"
)

// A Receipt is what a person takes home: the number, the code to track with, what was said, who has it.
type Receipt struct {
	Title  string // "受理回执"
	Number string
	Code   string // to track without login
	Facts  []Pair
	Track  string // full address of the tracking page, for the QR code
	Issuer string
	At     time.Time
	Notes  []string
}

// A Sheet is a document that is printed on A4: a bulletin (通报), a notice (公示).
type Sheet struct {
	Title  string
	Number string // 文号
	Issuer string
	To     string // whom it is addressed to
	At     time.Time
}

// QRPath returns the dark modules of a QR code for text as one SVG path, and the code's width in modules with
// the quiet zone. Text beyond what a code holds (some 2,300 bytes) is an error.
func QRPath(text string) (path string, size int, err error) {
	q, err := qrcode.New(text, qrcode.Medium)
	if err != nil {
		return "", 0, fault.Internal(err, "二维码未能生成")
	}
	grid := q.Bitmap()
	var b strings.Builder
	for y, row := range grid {
		for x := 0; x < len(row); x++ {
			start := x
			for x < len(row) && row[x] {
				x++
			}
			if x > start {
				fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", start, y, x-start, x-start)
			}
		}
	}
	return b.String(), len(grid), nil
}

// QR draws a QR code for text as SVG; label is what a screen reader says instead.
func QR(text, label string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		path, n, err := QRPath(text)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(w, `<svg class="qr" role="img" aria-label="%s" viewBox="0 0 %d %d" shape-rendering="crispEdges">`+
			`<rect width="%d" height="%d" fill="#fff"></rect><path d="%s" fill="#000"></path></svg>`,
			templ.EscapeString(label), n, n, n, n, path)
		return err
	})
}
