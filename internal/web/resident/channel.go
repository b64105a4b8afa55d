package resident

import (
	"context"
	"regexp"
	"slices"

	"linli/internal/civil"
	"linli/internal/flow"
	"linli/internal/form"
	"linli/internal/pack"
	"linli/internal/web/ui"
)

// A channel is one way of bringing a matter before the city, as its document describes it.
type channel struct {
	ID       string
	Name     string
	Online   bool     // a resident may submit here
	Phones   []string // to call
	Desk     string   // who takes it in
	Does     string   // what the document says of that, in short
	Hours    string   // office hours, "" where people need not come
	Promises []promise
	Flow     *flow.Flow
	Pack     *pack.Pack
	Form     *form.Form
	Says     string // the clause by which every letter is answered, in short
}

// channels are all ways: first those for whatever people bring, of these first what can be used from here. A flow without a channel is work among offices and no way in.
func (p *Pages) channels(ctx context.Context) []channel {
	var list []channel
	for _, doc := range p.Town.Packs().Packs() {
		for _, f := range doc.On(p.today()).Flows {
			if f.Channel != "" && !f.Internal() {
				list = append(list, p.channel(ctx, doc, f))
			}
		}
	}
	slices.SortStableFunc(list, func(a, b channel) int { return a.rank() - b.rank() })
	return list
}

func (c channel) rank() int {
	switch {
	case c.Flow.About != "":
		return 3
	case c.Online:
		return 0
	case len(c.Phones) > 0:
		return 1
	}
	return 2
}

func (p *Pages) channel(ctx context.Context, doc *pack.Pack, f *flow.Flow) channel {
	c := channel{ID: f.ID, Name: ui.T(ctx, f.Name), Flow: f, Pack: doc, Form: doc.On(p.today()).Form(f.Form), Promises: p.promises(ctx, f)}
	st := f.Step(flow.Register)
	c.Online = st.Forbid == "" && slices.Contains(st.By, flow.Reporter)
	c.Phones = phones(c.Form)
	for _, id := range f.Offices[flow.Desk] {
		if o := doc.Office(id); o != nil && c.Desk == "" {
			c.Desk = o.Name
		}
	}
	if n := len(f.Basis); n > 0 {
		if k := doc.Clause(f.Basis[n-1].ID); k != nil && !k.Restricted {
			c.Does = k.Gist // the last clause of a flow's basis is the one that is its own
		}
	}
	if st := f.Step(flow.Refuse); st != nil && st.Forbid != "" && len(st.Basis) > 0 {
		c.Says = p.Town.Gist(st.Basis[0])
	}
	if !c.Online {
		c.Hours = hours(doc.Law(p.Town.Cases.Law()))
	}
	return c
}

// phoneNumber is a number that people call.
var phoneNumber = regexp.MustCompile(`^[0-9]{3,12}$`)

// phones are the numbers among which a channel's form asks which one was called.
func phones(f *form.Form) []string {
	if f == nil {
		return nil
	}
	for i := range f.Fields {
		d := &f.Fields[i]
		var list []string
		for _, o := range d.Options {
			if phoneNumber.MatchString(o.Value) {
				list = append(list, o.Value)
			}
		}
		if d.Kind == "choice" && len(list) == len(d.Options) && len(list) > 0 {
			return list
		}
	}
	return nil
}

// hours are the office hours of a working day, "08:00-12:00、14:00-18:00".
func hours(l civil.Law) string { return l.Hours.String() }
