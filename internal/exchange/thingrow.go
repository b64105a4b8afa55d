package exchange

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"linli/internal/form"
	"linli/internal/lexicon"
	"linli/internal/match"
	"linli/internal/register"
	"linli/internal/sheet"
)

// A thing is a household, dwelling or organisation that a row is of.
type thing struct {
	place string
	said  map[string]string // by field
	key   string            // two rows with one key are of one thing
}

// fillThing reads a row that is of no person.
func (r *personReader) fillThing(in *incoming) *wrong {
	t := &thing{place: r.m.Place, said: map[string]string{}}
	for _, f := range r.fields {
		if _, ok := r.at[f.Name]; !ok {
			continue
		}
		s, bad := r.cell(in, f.Name, f.Label)
		if bad != nil {
			return bad
		}
		if s == "" {
			continue
		}
		if bad := r.takeThing(in, t, f, s); bad != nil {
			return bad
		}
	}
	if need := needed(r.m.Of); t.said[need] == "" {
		return &wrong{need, labelOf(r.fields, need) + "为空"}
	}
	if bad := r.belongs(in, t.place); bad != nil {
		return bad
	}
	t.identify(in, r.m.Of)
	in.thing = t
	return nil
}

func (r *personReader) takeThing(in *incoming, t *thing, f PersonField, s string) *wrong {
	switch f.Name {
	case colHead, colOwner:
		s = strings.ToUpper(form.Narrow(s))
		if _, _, err := form.IDNumber(s); err != nil {
			return &wrong{f.Name, wrongOf(err).why}
		}
		t.said[f.Name] = s
		return nil
	case colCode:
		s = strings.ToUpper(form.Narrow(s))
		if err := form.CreditCode(s); err != nil {
			return &wrong{f.Name, wrongOf(err).why}
		}
		t.said[f.Name] = s
		return nil
	case lexicon.Place:
		code, bad := r.place(r.said(f, s))
		t.place = code
		return bad
	}
	if f.Words == nil { // building, unit, room
		t.said[f.Name] = s
		return nil
	}
	value, bad := r.value(f, s)
	if bad != nil {
		return bad
	}
	t.said[f.Name] = value
	in.tells = append(in.tells, tells{f.Name, value})
	return nil
}

// identify says by what a thing is known again: a number of its own, or where it is and what it is called.
func (t *thing) identify(in *incoming, of lexicon.Kind) {
	switch of {
	case lexicon.Household:
		if t.key = t.said["number"]; t.key == "" {
			h := sha256.Sum256(fmt.Appendf(nil, "household %q %q %q %q", t.place, match.Fold(t.said[lexicon.Address]), t.said["kind"], t.said[colHead]))
			in.digest = hex.EncodeToString(h[:16])
			t.key = in.digest
		}
	case lexicon.Dwelling:
		t.key = strings.Join([]string{t.place, t.said[register.Building], t.said[register.UnitOf], t.said[register.Room]}, "\n")
	case lexicon.Organisation:
		if t.key = t.said[colCode]; t.key == "" {
			t.key = t.place + "\n" + t.said[lexicon.Name]
		}
	}
}

// WriteTemplate writes the heading of a table of a kind, by which its columns are found again.
func WriteTemplate(words *lexicon.Lexicon, of lexicon.Kind, w sheet.Writer) error {
	var head []string
	for _, f := range FieldsOf(words, of) {
		if f.Words == nil || f.Words.Sensitive != "hidden" {
			head = append(head, f.Label)
		}
	}
	return w.Row(head)
}
