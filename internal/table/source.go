package table

import (
	"fmt"
	"strconv"
	"strings"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fact"
	"linli/internal/fault"
	"linli/internal/hall"
	"linli/internal/indicator"
	"linli/internal/lexicon"
	"linli/internal/pack"
	"linli/internal/place"
	"linli/internal/register"
	"linli/internal/staff"
)

// A well is where the cells of one sheet are filled from. Each source is asked once.
type well struct {
	x    *Tables
	tx   *db.Tx
	d    *Demand
	unit staff.Unit
	at   place.Place
	by   staff.Actor // who may count in this place and nowhere else
	load map[string]string
}

// known fills the cells of a sheet from what the platform knows, else from an earlier answer.
func (x *Tables) known(tx *db.Tx, d *Demand, u staff.Unit, at place.Place) (map[string]Value, error) {
	w := &well{x: x, tx: tx, d: d, unit: u, at: at, by: staff.Actor{Login: "job:table", Name: "平台", Unit: u.Code, Via: staff.ViaJob,
		Grants: []staff.Grant{{Role: staff.Auditor, Place: at.Path}, {Role: staff.Handler, Unit: u.Code}}}}
	values := map[string]Value{}
	for _, c := range d.Cells {
		text, ok, err := w.draw(c.From)
		if err != nil {
			return nil, fmt.Errorf("fill %s from %s: %w", c.At, c.From, err)
		}
		if ok {
			values[c.At] = Value{text, Itself, c.From, db.At(tx.Now())}
			continue
		}
		v, ok, err := w.before(c.Datum)
		if err != nil {
			return nil, err
		}
		if ok {
			values[c.At] = v
		}
	}
	return values, nil
}

// before is the answer that stands for a datum, this place and this period.
func (w *well) before(datum string) (Value, bool, error) {
	list, err := db.Select(w.tx, func(r *db.Rows) (v Value, err error) {
		var title, name string
		err = r.Scan(&v.Text, &title, &name, &v.At)
		v.Origin, v.Note = Before, title+"，"+name
		return v, err
	}, `select value, title, by_name, told_at from table_answer where place = ? and datum = ? and from_day = ? and to_day = ? and ended_at = ''`,
		w.at.Code, datum, w.d.Period.From, w.d.Period.To)
	if err != nil || len(list) == 0 {
		return Value{}, false, err
	}
	return list[0], true, nil
}

// draw asks one source. What it cannot tell is false, never a guess.
func (w *well) draw(from string) (string, bool, error) {
	head, rest, _ := strings.Cut(from, ":")
	switch head {
	case "place.name":
		return w.at.Name, true, nil
	case "place.code":
		return w.at.Code, true, nil
	case "unit.name":
		return w.unit.Name, true, nil
	case "period":
		return pack.PeriodWords(w.d.Period), true, nil
	case "load.tasks":
		return w.burden("tasks")
	case "load":
		return w.burden(rest)
	case "halls":
		return w.facilities(rest)
	case "register":
		n, err := register.Count(w.tx, lexicon.Kind(rest), w.at.Path)
		return strconv.Itoa(n), err == nil, err
	case "fact":
		name, value, _ := strings.Cut(rest, "=")
		n, err := register.CountOf(w.tx, w.at.Path, name, value, fact.AsOf{Valid: w.d.Period.To})
		return strconv.Itoa(n), err == nil, err
	case "flow":
		return w.registered(w.x.packs().Handled(rest, w.d.Period.To))
	case "book":
		for _, p := range w.x.packs().Packs() {
			if b := p.On(w.d.Period.To).Book(rest); b != nil {
				return w.registered(b.Flows)
			}
		}
	case "indicator":
		return w.figure(rest)
	}
	return "", false, nil
}

// figure asks an indicator, "document.id".
func (w *well) figure(ref string) (string, bool, error) {
	document, id, _ := strings.Cut(ref, ".")
	def, err := w.x.figures.Find(document, id, w.d.Period.To)
	if fault.KindOf(err) == fault.KindNotFound && err != nil {
		return "", false, nil
	}
	if err != nil {
		return "", false, err
	}
	answers, err := w.x.figures.Ask(w.tx, w.by, indicator.Question{Period: w.d.Period, Area: w.at.Path}, def)
	if err != nil {
		return "", false, err
	}
	f := answers[0].Total
	switch {
	case !def.Percent:
		return strconv.FormatInt(f.Numerator, 10), true, nil
	case f.Denominator == 0:
		return "", false, nil
	}
	return strconv.FormatFloat(float64(f.Numerator*1000/f.Denominator)/10, 'f', -1, 64), true, nil
}

// registered counts the cases of some flows that came in during the period in this place.
func (w *well) registered(flows []string) (string, bool, error) {
	for _, def := range w.x.figures.List(w.d.Period.To) {
		if def.Document != indicator.Standard {
			continue
		}
		answers, err := w.x.figures.Ask(w.tx, w.by, indicator.Question{Period: w.d.Period, Area: w.at.Path, Flows: flows}, def)
		if err != nil {
			return "", false, err
		}
		return strconv.FormatInt(answers[0].Total.All, 10), true, nil
	}
	return "", false, nil
}

// burden is what admitted tasks ask of the unit in the year up to the end of the period.
func (w *well) burden(measure string) (string, bool, error) {
	if w.load == nil {
		w.load = map[string]string{}
		for _, rule := range w.x.admissions.Rules(w.d.Period.To) {
			l, err := w.x.admissions.Load(w.tx, w.by, rule, civil.Period{From: w.d.Period.To.AddDays(-364), To: w.d.Period.To}, func(u string) bool { return u == w.unit.Code })
			if err != nil {
				return "", false, err
			}
			u := l.Of(w.unit.Code)
			w.load["tasks"] = strconv.Itoa(u.Tasks)
			for i, m := range rule.Measures {
				w.load[m.ID] = strconv.FormatFloat(float64(u.Asked[i])/1000, 'f', -1, 64)
			}
		}
	}
	v, ok := w.load[measure]
	return v, ok, nil
}

// facilities sums the halls of the place.
func (w *well) facilities(what string) (string, bool, error) {
	list, err := hall.List(w.tx, w.at.Path, 500)
	if err != nil {
		return "", false, err
	}
	n := 0
	from, to := w.d.Period.From.In(civil.Shanghai), w.d.Period.To.AddDays(1).In(civil.Shanghai)
	for _, h := range list {
		use, err := hall.UseOf(w.tx, h.ID, from, to)
		if err != nil {
			return "", false, err
		}
		switch what {
		case "count":
			n++
		case "area":
			n += h.Area
		case "bookings":
			n += use.Bookings
		case "tickets":
			n += use.Tickets
		default:
			return "", false, nil
		}
	}
	return strconv.Itoa(n), true, nil
}
