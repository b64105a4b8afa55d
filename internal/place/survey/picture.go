package survey

import (
	"fmt"
	"html"
	"strings"

	"github.com/paulmach/orb"
)

// picture draws the outlines around a spot and marks it. reach is how far around it one sees, in metres.
func picture(f Finding, at orb.Point, reach float64, shapes [][]orb.Polygon, squares []orb.Point, side float64) string {
	const size = 400
	scale := size / (2 * reach)
	x := func(p orb.Point) string { return fmt.Sprintf("%.1f", (p[0]-at[0]+reach)*scale) }
	y := func(p orb.Point) string { return fmt.Sprintf("%.1f", (at[1]-p[1]+reach)*scale) }
	view := orb.Bound{Min: orb.Point{at[0] - reach, at[1] - reach}, Max: orb.Point{at[0] + reach, at[1] + reach}}
	format, args := f.Words()
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img"><title>%s</title><rect width="%d" height="%d" fill="#fff"/>`, size, size, html.EscapeString(fmt.Sprintf(format, args...)), size, size)
	for _, s := range squares {
		if view.Contains(s) {
			fmt.Fprintf(&b, `<rect x="%s" y="%s" width="%.1f" height="%.1f" fill="#c00"/>`, x(s), y(orb.Point{s[0], s[1] + side}), side*scale, side*scale)
		}
	}
	for _, polygons := range shapes {
		for _, poly := range polygons {
			if !poly.Bound().Intersects(view) {
				continue
			}
			for _, ring := range poly {
				b.WriteString(`<path fill="none" stroke="#224" d="`)
				for i, p := range ring {
					step := "L"
					if i == 0 {
						step = "M"
					}
					b.WriteString(step + x(p) + " " + y(p))
				}
				b.WriteString(`Z"/>`)
			}
		}
	}
	fmt.Fprintf(&b, `<circle cx="%d" cy="%d" r="16" fill="none" stroke="#c00" stroke-width="3"/></svg>`, size/2, size/2)
	return b.String()
}
