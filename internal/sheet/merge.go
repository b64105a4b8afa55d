package sheet

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
)

// maxRanges bounds the merged ranges that are filled.
const maxRanges = 200_000

// merges finds the merged ranges of a sheet. They stand behind the rows, so the part is looked through once before it is read.
func (b *book) merges(s Sheet) ([]span, error) {
	in, err := b.part(s.part, maxUnpacked)
	if err != nil || in == nil {
		return nil, err
	}
	defer in.Close()
	var out []span
	mark := []byte("mergeCell ")
	const overlap = 200
	buf := make([]byte, 0, 256<<10)
	for {
		n, err := in.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		last := errors.Is(err, io.EOF)
		if err != nil && !last {
			return nil, err
		}
		if len(buf) < cap(buf) && !last {
			continue
		}
		rest := buf
		for {
			i := bytes.Index(rest, mark)
			if i < 0 || len(rest)-i < overlap && !last {
				break
			}
			rest = rest[i+len(mark):]
			if r, ok := readSpan(rest); ok && len(out) < maxRanges {
				out = append(out, r)
			}
		}
		if last {
			slices.SortFunc(out, func(a, b span) int { return cmp.Compare(a.top, b.top) })
			return out, nil
		}
		keep := min(len(rest), overlap)
		if i := bytes.Index(rest, mark); i >= 0 {
			keep = len(rest) - i
		}
		buf = append(buf[:0], rest[len(rest)-keep:]...)
	}
}

// readSpan reads ref="A1:B3".
func readSpan(text []byte) (span, bool) {
	head := string(text[:min(len(text), 80)])
	_, head, ok := strings.Cut(head, `ref="`)
	ref, _, closed := strings.Cut(head, `"`)
	from, to, two := strings.Cut(ref, ":")
	if !ok || !closed || !two {
		return span{}, false
	}
	top, left, ok1 := cellAt(from)
	bottom, right, ok2 := cellAt(to)
	return span{top, left, bottom, right}, ok1 && ok2 && bottom >= top && right >= left && right < maxColumns
}

func cellAt(ref string) (line, column int, ok bool) {
	column, ok = columnOf(ref)
	line, err := strconv.Atoi(strings.TrimLeft(ref, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
	return line, column, ok && err == nil && line > 0
}

// fill gives the cells of merged ranges the value of the range. A line that has nothing but such cells stays empty.
func (r *bookRows) fill(rec *Record) {
	r.live = slices.DeleteFunc(r.live, func(l live) bool { return l.bottom < rec.Line })
	own := slices.ContainsFunc(rec.Cells, func(c string) bool { return c != "" })
	for len(r.ranges) > 0 && r.ranges[0].top <= rec.Line {
		s := r.ranges[0]
		r.ranges = r.ranges[1:]
		if s.top == rec.Line && s.left < len(rec.Cells) {
			r.live = append(r.live, live{s, rec.Cells[s.left], rec.Marks[s.left]})
		}
	}
	if !own {
		return
	}
	for _, l := range r.live {
		if l.text == "" || l.left == l.right && l.top == rec.Line {
			continue
		}
		for c := l.left; c <= l.right; c++ {
			for len(rec.Cells) <= c {
				rec.Cells = append(rec.Cells, "")
			}
			if rec.Cells[c] == "" {
				rec.Cells[c] = l.text
				rec.mark(c, l.mark|Merged)
			}
		}
	}
}
