package part

import (
	"context"
	"strings"

	"linli/internal/casework"
	"linli/internal/civil"
	"linli/internal/flow"
	"linli/internal/form"
	"linli/internal/pack"
)

// BookRow writes one case as the book's columns ask, with personal columns masked.
func (t *Town) BookRow(ctx context.Context, b *pack.Book, n casework.Inscription) []string {
	asked := t.Cases.Form(b.Flow, n.Registered)
	bind := Bind(asked)
	row := b.Row(func(from string) string {
		kind, name, _ := strings.Cut(from, ".")
		switch kind {
		case "case":
			return t.caseColumn(ctx, name, n)
		case "fact":
			return FactText(ctx, t.Flow(b.Flow, n.Registered), name, n.Situation.Facts[name])
		}
		return formColumn(ctx, asked, bind, name, n)
	})
	for i, c := range b.Columns {
		if c.Sensitive != "" {
			row[i] = masked(asked, c, row[i])
		}
	}
	return row
}

// caseColumn is what a book takes from the case itself, see pack.BookSources.
func (t *Town) caseColumn(ctx context.Context, name string, n casework.Inscription) string {
	switch name {
	case "number":
		return n.Number
	case "title":
		return n.Title
	case "body":
		return n.Body
	case "registered":
		return dayOrNone(n.Registered.In(civil.Shanghai).Format("2006-01-02"))
	case "state":
		return StateName(ctx, t.Flow(n.Flow, n.Registered), n.State())
	case "desk":
		return t.Unit(n.Situation.Desk)
	case "lead":
		return t.Unit(n.Situation.Lead)
	case "leader":
		return n.Leader
	case "instruction":
		return n.Instruction
	case "limit":
		return limitOf(n.Situation)
	case "reply":
		return n.Reply
	case "replied":
		return dayOrNone(n.Replied.In(civil.Shanghai).Format("2006-01-02"))
	case "outcome":
		return OutcomeName(ctx, n.Situation.Outcome)
	case "closed":
		return dayOrNone(n.Closed.In(civil.Shanghai).Format("2006-01-02"))
	case "recorder":
		return n.Recorder
	case "report":
		return n.Report
	}
	return ""
}

// dayOrNone leaves out what stands for no day.
func dayOrNone(text string) string {
	if strings.HasPrefix(text, "0001-") {
		return ""
	}
	return text
}

// limitOf is the last day of the case's first clock.
func limitOf(s flow.Situation) string {
	if len(s.Running) == 0 {
		return ""
	}
	end := s.Running[0].Limit
	if end.IsZero() {
		end = s.Running[0].Target
	}
	if end.IsZero() {
		return ""
	}
	return civil.DateOf(end.Add(-1), civil.Shanghai).String()
}

// formColumn is the answer to a question of the form; what the common parts of a case hold is taken from there.
func formColumn(ctx context.Context, asked *form.Form, b Binding, name string, n casework.Inscription) string {
	switch name {
	case b.Name:
		return n.From.Name
	case b.Phone:
		return n.From.Phone
	case b.Address:
		return n.From.Address
	case b.Title:
		return n.Title
	case b.Body:
		return n.Body
	}
	if asked == nil || asked.Field(name) == nil {
		return ""
	}
	return FieldText(ctx, asked.Field(name), n.Fields[name])
}

func masked(asked *form.Form, c pack.BookColumn, text string) string {
	name := strings.TrimPrefix(c.From, "form.")
	d := form.Field{Kind: "text"}
	if asked != nil && asked.Field(name) != nil {
		d = *asked.Field(name)
	}
	d.Sensitive = c.Sensitive
	return d.Mask(text)
}
