package rulebook

import (
	"fmt"
	"regexp"
	"slices"

	"linli/internal/pack"
)

// usual are the numbers of the classes as GB/T 30428.2 has them, for tables that name classes without numbering them.
var usual = map[string]map[string]string{
	pack.Part:  {"公用设施": "01", "道路交通": "02", "交通设施": "02", "市容环境": "03", "园林绿化": "04", "其他部件": "05", "其他设施": "05"},
	pack.Event: {"市容环境": "01", "宣传广告": "02", "施工管理": "03", "突发事件": "04", "街面秩序": "05", "其他事件": "06"},
}

var numbered = regexp.MustCompile(`^[0-9]{2,4}$`)

// compare looks at all rows together: it numbers classes that the table does not number, and leaves out rows that say again what
// another says.
func (t *Table) compare() {
	t.number()
	type key struct{ code, opens string }
	first := map[key]Row{}
	names, codes := map[string]Row{}, map[string]Row{}
	var kept []Row
	for _, r := range t.Rows {
		k := key{r.code(), pack.Condensed(r.Opens)}
		if other, again := first[k]; again {
			text := fmt.Sprintf("与第 %d 行的类别、立案条件相同，这一行没有装入", other.Line)
			if other.term.civil() != r.term.civil() || pack.Condensed(other.Closes) != pack.Condensed(r.Closes) {
				text += "；两行的时限或结案条件不同，请核对用哪一行"
			}
			t.tell(r.Sheet, r.Line, text)
			continue
		}
		first[k] = r
		if other, is := names[r.code()]; is && other.Name != r.Name {
			t.tell(r.Sheet, r.Line, fmt.Sprintf("类别编码 %s 在第 %d 行是“%s”，这里是“%s”，两类重叠", r.code(), other.Line, other.Name, r.Name))
		} else {
			names[r.code()] = r
		}
		if other, is := codes[r.Kind+r.Group+r.Name]; is && other.code() != r.code() {
			t.tell(r.Sheet, r.Line, fmt.Sprintf("“%s”在第 %d 行的编码是 %s，这里是 %s", r.Name, other.Line, other.code(), r.code()))
		} else {
			codes[r.Kind+r.Group+r.Name] = r
		}
		kept = append(kept, r)
	}
	t.Rows = kept
}

// code is the class of a row, "event-01-10".
func (r Row) code() string { return r.Kind + "-" + r.Class + "-" + r.Sub }

// number gives classes and sub-classes without a good number one: the usual one, or the next that is free.
func (t *Table) number() {
	class := map[string]string{}                        // kind and group: number
	taken := map[string]bool{}                          // kind and number
	sub, used := map[string]string{}, map[string]bool{} // the same within a class
	for _, r := range t.Rows {
		taken[r.Kind+r.Class] = taken[r.Kind+r.Class] || numbered.MatchString(r.Class)
		used[r.Kind+r.Class+"-"+r.Sub] = true
	}
	for i := range t.Rows {
		r := &t.Rows[i]
		if !numbered.MatchString(r.Class) {
			r.Class = given(class, taken, r.Kind, r.Group, usual[r.Kind][r.Group])
			t.tell(r.Sheet, r.Line, fmt.Sprintf("大类“%s”没有编码，编为 %s", r.Group, r.Class))
		}
		if !numbered.MatchString(r.Sub) {
			r.Sub = given(sub, used, r.Kind+r.Class+"-", r.Name, "")
			t.tell(r.Sheet, r.Line, fmt.Sprintf("小类“%s”没有编码，编为 %s", r.Name, r.Sub))
		}
	}
}

// given is the number of a name: the one it got before, the one wished for, or the next that is free.
func given(known map[string]string, taken map[string]bool, within, name, wish string) string {
	if n := known[within+name]; n != "" {
		return n
	}
	if wish == "" || taken[within+wish] {
		for i := 1; ; i++ {
			if wish = fmt.Sprintf("%02d", i); !taken[within+wish] && !slices.Contains(reserved(within), wish) {
				break
			}
		}
	}
	known[within+name], taken[within+wish] = wish, true
	return wish
}

// reserved are the numbers that only classes of the usual names get.
func reserved(kind string) []string {
	var list []string
	for _, n := range usual[kind] {
		list = append(list, n)
	}
	return list
}
