package part

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"linli/internal/fault"
	"linli/internal/place"
	"linli/internal/staff"
	"linli/internal/web/ui"
)

// FindUnit finds the open unit somebody means by its code, its name, or a part of its name that only one has. Returns
// invalid on field "unit", with the candidates.
func (t *Town) FindUnit(words string) (staff.Unit, error) {
	words = strings.TrimSpace(words)
	if _, code, ok := strings.Cut(strings.TrimSuffix(words, "）"), "（"); ok {
		if u, found := t.Units.Unit(code); found {
			return u, nil
		}
	}
	if u, found := t.Units.Unit(words); found && !u.Closed {
		return u, nil
	}
	list := t.unitsLike(words, "")
	if exact := slices.DeleteFunc(slices.Clone(list), func(u staff.Unit) bool { return u.Name != words }); len(exact) > 0 {
		list = exact
	}
	switch len(list) {
	case 0:
		return staff.Unit{}, fault.Invalid("unit", "没有叫“%s”的单位", words)
	case 1:
		return list[0], nil
	}
	names := make([]string, 0, 3)
	for _, u := range list[:min(3, len(list))] {
		names = append(names, t.UnitWords(u))
	}
	return staff.Unit{}, fault.Invalid("unit", "有 %d 个单位符合“%s”，如 %s，请写全", len(list), words, strings.Join(names, "、"))
}

// unitsLike lists open units whose name contains every word, those at or above the place first, the nearest of them first.
func (t *Town) unitsLike(words, placePath string) []staff.Unit {
	parts := strings.Fields(words)
	var list []staff.Unit
	for _, u := range t.Units.Units() {
		if !u.Closed && !slices.ContainsFunc(parts, func(w string) bool { return !strings.Contains(u.Name, w) && u.Code != w }) {
			list = append(list, u)
		}
	}
	above := place.Codes(placePath)
	slices.SortStableFunc(list, func(a, b staff.Unit) int {
		return cmp.Compare(slices.Index(above, b.Place), slices.Index(above, a.Place))
	})
	return list
}

// UnitWords is a unit's name, with its code when another open unit has the same name.
func (t *Town) UnitWords(u staff.Unit) string {
	same := 0
	for _, v := range t.Units.Units() {
		if v.Name == u.Name && !v.Closed {
			same++
		}
	}
	if same > 1 {
		return u.Name + "（" + u.Code + "）"
	}
	return u.Name
}

// shownUnits is how many units a picker offers at once.
const shownUnits = 30

// UnitField is a field that finds a unit while one types; read what was typed with FindUnit. Without scripts the units
// nearest to the place are offered and any name may be typed.
func (t *Town) UnitField(name, label, placePath string) ui.Field {
	return ui.Field{Name: name, Label: label, Source: "/units/options?for=" + name + "&near=" + placePath, Options: t.unitOptions("", placePath)}
}

func (t *Town) unitOptions(words, placePath string) []ui.Option {
	list := t.unitsLike(words, placePath)
	options := make([]ui.Option, 0, min(shownUnits, len(list)))
	for _, u := range list[:min(shownUnits, len(list))] {
		options = append(options, ui.Option{Value: t.UnitWords(u), Text: t.Place(u.Place)})
	}
	return options
}

// suggestUnits answers a unit field with what fits the letters typed so far.
func (t *Town) suggestUnits(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	return ui.Render(w, r, options(t.unitOptions(q.Get(q.Get("for")), q.Get("near"))))
}
