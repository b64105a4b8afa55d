package supervisor

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/flow"
	"linli/internal/indicator"
	"linli/internal/place"
	"linli/internal/staff"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// A view is what the reader looks at: which area, which period, as whom and when.
type view struct {
	ctx    context.Context
	by     staff.Actor
	town   *part.Town
	area   string // path; "" for somebody of a unit only
	code   string // of the area's place
	period civil.Period
	word   string // of the period in addresses
	now    time.Time
	people map[string]string // names of accounts that figures are grouped by
}

// look reads area and period from the address.
func (p *Pages) look(tx *db.Tx, r *http.Request) (*view, error) {
	q := r.URL.Query()
	v := &view{ctx: r.Context(), by: session.Actor(r), town: p.Town, now: tx.Now(), word: q.Get("period")}
	var err error
	if v.area, err = indicator.Area(tx, v.by, q.Get("area")); err != nil {
		return nil, err
	}
	if codes := place.Codes(v.area); len(codes) > 0 {
		v.code = codes[len(codes)-1]
	}
	if v.word == "" {
		v.word = "3m"
	}
	if v.period, err = periodOf(v.word, place.Today(tx)); err != nil {
		return nil, err
	}
	return v, nil
}

// periodOf reads "3m" and "12m" (whole months up to the present one), "2026-07", "2026-Q2", "2026" or "2026-04-01..2026-06-30".
func periodOf(word string, today civil.Date) (civil.Period, error) {
	bad := fault.Invalid("period", "请从所列期间中选择")
	first := civil.Date{Year: today.Year, Month: today.Month, Day: 1}
	if n, isMonths := strings.CutSuffix(word, "m"); isMonths {
		months, err := strconv.Atoi(n)
		if err != nil || months < 1 || months > 36 {
			return civil.Period{}, bad
		}
		return civil.Period{From: first.AddMonths(1 - months), To: first.MonthEnd()}, nil
	}
	if from, to, two := strings.Cut(word, ".."); two {
		a, err := civil.ParseDate(from)
		b, err2 := civil.ParseDate(to)
		if err != nil || err2 != nil || b.Before(a) {
			return civil.Period{}, bad
		}
		return civil.Period{From: a, To: b}, nil
	}
	year, rest, parted := strings.Cut(word, "-")
	y, err := strconv.Atoi(year)
	if err != nil || y < 1900 || y > 9999 {
		return civil.Period{}, bad
	}
	start, months := civil.Date{Year: y, Month: 1, Day: 1}, 12
	if n, isQuarter := strings.CutPrefix(rest, "Q"); isQuarter {
		q, err := strconv.Atoi(n)
		if err != nil || q < 1 || q > 4 {
			return civil.Period{}, bad
		}
		start, months = start.AddMonths(3*(q-1)), 3
	} else if parted {
		m, err := strconv.Atoi(rest)
		if err != nil || m < 1 || m > 12 {
			return civil.Period{}, bad
		}
		start, months = start.AddMonths(m-1), 1
	}
	return civil.Period{From: start, To: start.AddMonths(months - 1).MonthEnd()}, nil
}

// periods are those offered: the latest months together, quarters, single months, the years.
func periods(ctx context.Context, today civil.Date) []ui.Option {
	list := []ui.Option{{Value: "3m", Text: ui.T(ctx, "近三个月")}, {Value: "12m", Text: ui.T(ctx, "近十二个月")}}
	first := civil.Date{Year: today.Year, Month: today.Month, Day: 1}
	for i := range 4 {
		d := first.AddMonths(-3 * i)
		list = append(list, ui.Option{Value: strconv.Itoa(d.Year) + "-Q" + strconv.Itoa((int(d.Month)+2)/3), Text: ui.T(ctx, "%d年第%d季度", d.Year, (int(d.Month)+2)/3)})
	}
	for i := range 6 {
		d := first.AddMonths(-i)
		list = append(list, ui.Option{Value: d.String()[:7], Text: ui.T(ctx, "%d年%d月", d.Year, int(d.Month))})
	}
	for i := range 2 {
		list = append(list, ui.Option{Value: strconv.Itoa(today.Year - i), Text: ui.T(ctx, "%d年", today.Year-i)})
	}
	return list
}

// today is the reader's day.
func (v *view) today() civil.Date { return civil.DateOf(v.now, civil.Shanghai) }

// href is an address with the view's area and period and more of the form name, value, …; empty values are left out.
func (v *view) href(path string, more ...string) string {
	q := url.Values{}
	set := func(name, value string) {
		q.Del(name)
		if value != "" {
			q.Set(name, value)
		}
	}
	set("area", v.code)
	set("period", v.word)
	for i := 0; i+1 < len(more); i += 2 {
		set(more[i], more[i+1])
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// question is the view's area and period, grouped.
func (v *view) question(by string) indicator.Question {
	return indicator.Question{Period: v.period, Area: v.area, By: by}
}

// present is the view's area as it stands now, whatever the period.
func (v *view) present(by string) indicator.Question {
	return indicator.Question{Area: v.area, Open: true, By: by}
}

// name is what a group is called.
func (v *view) name(by, key string) string {
	switch {
	case by == indicator.ByArea && key == v.code:
		return ui.T(v.ctx, "%s本级", v.town.Places.Tree().Name(key))
	case by == indicator.ByArea:
		return v.town.Places.Tree().Name(key)
	case (by == "lead" || by == "desk") && key == "":
		return ui.T(v.ctx, "尚未转办")
	case by == "lead" || by == "desk":
		return v.town.Unit(key)
	case by == "flow":
		return ui.T(v.ctx, v.town.FlowName(key, v.now))
	case by == "state":
		return part.StateName(v.ctx, nil, flow.State(key))
	case key == "":
		return ui.T(v.ctx, "未填")
	case v.people[key] != "":
		return v.people[key]
	}
	return key
}

// areaName is what the area is called.
func (v *view) areaName() string {
	if v.code == "" {
		return ui.T(v.ctx, "本单位")
	}
	return v.town.Places.Tree().Name(v.code)
}

// trail leads from the reader's own area down to the present one, which is not part of it.
func (v *view) trail(path string) []ui.Link {
	home := indicator.Home(v.by)
	if v.area == home {
		return nil
	}
	var links []ui.Link
	codes := place.Codes(v.area)
	for _, code := range codes[max(0, len(place.Codes(home))-1) : len(codes)-1] {
		links = append(links, ui.Link{Text: v.town.Places.Tree().Name(code), Href: v.href(path, "area", code)})
	}
	return links
}

// filter asks for another period, and more; the area stays.
func (v *view) filter(path string, more ...ui.Field) filterForm {
	fields := []ui.Field{{Name: "area", Kind: "hidden", Value: v.code},
		{Name: "period", Label: ui.T(v.ctx, "登记期间"), Kind: "select", Value: v.word, Options: periods(v.ctx, v.today())}}
	return filterForm{path, append(fields, more...)}
}

// A filterForm is a row of fields above a list.
type filterForm struct {
	Path   string
	Fields []ui.Field
}
