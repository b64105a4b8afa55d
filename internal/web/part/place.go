package part

import (
	"net/http"
	"net/url"
	"strings"

	"linli/internal/fault"
	"linli/internal/place"
	"linli/internal/web/ui"
)

// A Pick is where a place picker stands: words somebody typed, or what he chose level by level.
type Pick struct {
	Name    string // of the field; the levels are Name-1, Name-2 …
	Label   string
	Hint    string
	Error   string
	Words   string        // typed: a name, a part of one, or a code
	Levels  []Level       // chosen so far and what is below
	Found   []place.Place // when the words fit several: one is to be chosen
	Key     string        // shortcut
	near    string        // path below which is searched
	options []ui.Option   // of Found
}

// A Level is one select of the cascade.
type Level struct {
	Name   string // of the level, "县"
	Chosen string // code
	Places []place.Place
}

// foundMost bounds how many places of one name are offered.
const foundMost = 12

// Pick reads a place picker called name from a form. root is the code below which places lie; "" is the whole city.
func (t *Town) Pick(v url.Values, name, root string) Pick {
	p := Pick{Name: name, Words: strings.TrimSpace(v.Get(name)), Error: ""}
	tree := t.Places.Tree()
	for root == "" || len(tree.Children(root)) == 1 {
		below := tree.Children(root)
		if len(below) != 1 {
			break
		}
		root = below[0].Code
	}
	p.near = tree.Path(root)
	for at, n := root, 1; n <= 6; n++ {
		below := tree.Children(at)
		if len(below) == 0 {
			break
		}
		l := Level{Name: below[0].Level, Places: below}
		code := v.Get(p.level(n))
		for _, b := range below {
			if b.Code == code {
				l.Chosen = code
			}
		}
		p.Levels = append(p.Levels, l)
		if l.Chosen == "" {
			break
		}
		at = l.Chosen
	}
	if p.Words != "" {
		p.Found = t.placesLike(p.Words, p.near)
		for _, f := range p.Found {
			p.options = append(p.options, ui.Option{Value: f.Code, Text: tree.FullName(f.Code, 1)})
		}
	}
	for _, f := range p.Found {
		if f.Code == v.Get(name+"-which") {
			p.Found = []place.Place{f}
		}
	}
	return p
}

func (p Pick) level(n int) string { return p.Name + "-" + string(rune('0'+n)) }

// Code is the place that was picked. Returns invalid on the picker's field when none was, or when the words fit several.
func (p Pick) Code() (string, error) {
	switch {
	case p.Words != "" && len(p.Found) == 1:
		return p.Found[0].Code, nil
	case p.Words != "" && len(p.Found) == 0:
		return "", fault.Invalid(p.Name, "没有找到“%s”，请写街道、社区或村的名称", p.Words)
	case p.Words != "":
		return "", fault.Invalid(p.Name, "有几处叫“%s”，请从下面选择一处", p.Words)
	}
	for i := len(p.Levels) - 1; i >= 0; i-- {
		if p.Levels[i].Chosen != "" {
			return p.Levels[i].Chosen, nil
		}
	}
	return "", fault.Invalid(p.Name, "请选择事项发生地")
}

// placesLike finds standing places by code, by full name, or by words that follow each other down the tree
// ("湖滨 前进 示例"). One whose own name is exactly the words stands alone.
func (t *Town) placesLike(words, near string) []place.Place {
	tree := t.Places.Tree()
	if p, ok := tree.Get(words); ok && !p.Gone() {
		return []place.Place{p}
	}
	parts := strings.Fields(words)
	if len(parts) == 0 {
		return nil
	}
	var list, exact []place.Place
	for _, p := range tree.Find(lastOf(tree, parts[len(parts)-1]), 400) {
		full := tree.FullName(p.Code, 1)
		if !place.Within(p.Path, near) || !inOrder(full, parts) {
			continue
		}
		list = append(list, p)
		if full == words || p.Name == words {
			exact = append(exact, p)
		}
	}
	if len(exact) > 0 {
		list = exact
	}
	return list[:min(len(list), foundMost)]
}

// lastOf cuts a full name down to the name of its last place, which the tree can be searched for.
func lastOf(tree *place.Tree, words string) string {
	runes := []rune(words)
	for i := range runes {
		if len(tree.Find(string(runes[i:]), 1)) > 0 {
			return string(runes[i:])
		}
	}
	return words
}

// inOrder reports whether the letters of the parts occur in the text one after the other, so that "湖滨前进" finds
// 湖滨区前进街道.
func inOrder(text string, parts []string) bool {
	for _, want := range strings.Join(parts, "") {
		i := strings.IndexRune(text, want)
		if i < 0 {
			return false
		}
		text = text[i+len(string(want)):]
	}
	return true
}

// placeOptions are what a place field offers while one types.
func (t *Town) placeOptions(words string) []ui.Option {
	var list []ui.Option
	for _, p := range t.placesLike(words, "") {
		list = append(list, ui.Option{Value: t.Place(p.Code), Text: p.Code})
	}
	return list
}

// suggestPlaces answers a place field.
func (t *Town) suggestPlaces(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	return ui.Render(w, r, options(t.placeOptions(q.Get(q.Get("for")))))
}

// cascade answers a change in one of the selects with the picker as it is then.
func (t *Town) cascade(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	p := t.Pick(q, q.Get("for"), q.Get("below"))
	p.Label = q.Get("label")
	return ui.Render(w, r, placeLevels(p))
}
