package notice

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"
)

// WriteCSV writes the figures as a table: one line a group and measure. It begins with a byte order mark, so that office programs
// read the characters right, and quotes what they would take for a formula.
func WriteCSV(w io.Writer, b Bulletin) error {
	if _, err := io.WriteString(w, "\uFEFF"); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	line := func(cells ...string) {
		for i, c := range cells {
			cells[i] = inert(c)
		}
		out.Write(cells)
	}
	line("栏目", "分组", "指标", "数值", "分子", "分母", "全部", "口径", "依据")
	for _, s := range b.Figures.Sections {
		for _, g := range s.Groups {
			for i, m := range s.Measures {
				x := g.Figures[i]
				if x.Hidden {
					line(s.Heading, g.Name, m.Name, "不公开", "", "", "", m.Says, strings.Join(m.Basis, " "))
					continue
				}
				line(s.Heading, g.Name, m.Name, x.value(m.Percent), number(x.Hit), number(x.Base), number(x.All), m.Says, strings.Join(m.Basis, " "))
			}
		}
		for _, a := range s.Alerts {
			value := number(a.Count)
			if a.Hidden {
				value = "不公开"
			}
			line(s.Heading, "", a.Name, value, "", "", "", a.Says, strings.Join(a.Basis, " "))
		}
	}
	out.Flush()
	return out.Error()
}

func number(n int64) string { return strconv.FormatInt(n, 10) }

// value is the rate in percent to one decimal, or the count; "" for a rate of nothing.
func (x Number) value(percent bool) string {
	if !percent {
		return number(x.Hit)
	}
	r := x.Figure().Rate()
	if r.Whole == 0 {
		return ""
	}
	return strconv.FormatFloat(100*r.Share(), 'f', 1, 64)
}

// inert keeps an office program from reading a cell as a formula.
func inert(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}
