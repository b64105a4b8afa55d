package part

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode"

	"linli/internal/casework"
	"linli/internal/db"
	"linli/internal/flow"
	"linli/internal/place"
	"linli/internal/staff"
	"linli/internal/web/ui"
)

// Bounds on what is read to find cases of the past that read like this one.
const (
	alikeWords = 8  // two-character words of the title that are searched for
	alikeEach  = 30 // cases read for each, the newest
	alikeLeast = 2  // words in common from which one case alone tells something
	unitLeast  = 3  // words in common, over all its cases, from which a unit is suggested
)

// An earlier case that reads like the present one.
type earlier struct {
	casework.Line
	common int // words in common
}

// alike finds cases of the past with words of the title in common, the likest first. Only cases that the actor sees count.
func (t *Town) alike(tx *db.Tx, by staff.Actor, k *casework.Case) ([]earlier, error) {
	words := titleWords(t.withoutPlaces(k))
	found := map[db.ID]*earlier{}
	for _, w := range words {
		lines, err := t.Cases.Find(tx, by, w, 0, alikeEach)
		if err != nil {
			return nil, err
		}
		for _, l := range lines {
			if l.ID != k.ID && found[l.ID] == nil {
				found[l.ID] = &earlier{Line: l}
			}
		}
	}
	var list []earlier
	for _, e := range found {
		for _, w := range words {
			if strings.Contains(e.Title, w) {
				e.common++
			}
		}
		if e.common > 0 {
			list = append(list, *e)
		}
	}
	slices.SortFunc(list, func(a, b earlier) int { return cmp.Or(b.common-a.common, cmp.Compare(b.ID, a.ID)) })
	return list, nil
}

// withoutPlaces takes the names of the case's places out of its title: where it happened does not tell what happened.
func (t *Town) withoutPlaces(k *casework.Case) string {
	title := k.Title
	for _, code := range place.Codes(k.Path) {
		title = strings.ReplaceAll(title, t.Places.Tree().Name(code), " ")
	}
	return title
}

// dull are characters that begin or end no telling word.
const dull = "的了在和是有不我们请求要求关于反映问题咨询情况"

// titleWords takes two-character words out of a title, spread over its length.
func titleWords(title string) []string {
	var all []string
	for _, run := range strings.FieldsFunc(title, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		r := []rune(run)
		for i := 0; i+1 < len(r); i++ {
			w := string(r[i : i+2])
			if !strings.ContainsRune(dull, r[i]) && !strings.ContainsRune(dull, r[i+1]) && !slices.Contains(all, w) {
				all = append(all, w)
			}
		}
	}
	if len(all) <= alikeWords {
		return all
	}
	kept := make([]string, alikeWords)
	for i := range kept {
		kept[i] = all[i*len(all)/alikeWords]
	}
	return kept
}

// A Suggestion is a unit that may be the right one, and why.
type Suggestion struct {
	Unit  staff.Unit
	Cases int    // alike cases it closed
	words int    // in common, over all of them
	Like  string // title of the likest
	Share int    // percent of all alike closed cases
}

// Why says on what a suggestion rests.
func (s Suggestion) Why(ctx context.Context) string {
	return ui.T(ctx, "办结过 %d 件相似的（占 %d%%），如“%s”", s.Cases, s.Share, s.Like)
}

// SuggestUnits finds up to three units that closed cases like this one and serve its place or one above it.
func (t *Town) SuggestUnits(tx *db.Tx, by staff.Actor, k *casework.Case) ([]Suggestion, error) {
	past, err := t.alike(tx, by, k)
	if err != nil {
		return nil, err
	}
	above := place.Codes(k.Path)
	all := 0
	var list []Suggestion
	for _, e := range past {
		u, known := t.Units.Unit(e.Lead)
		settled := e.State == flow.Closed || e.State == flow.Archived
		if !known || u.Closed || !settled || !slices.Contains(above, u.Place) {
			continue
		}
		all++
		i := slices.IndexFunc(list, func(s Suggestion) bool { return s.Unit.Code == u.Code })
		if i < 0 {
			list = append(list, Suggestion{Unit: u, Like: e.Title})
			i = len(list) - 1
		}
		list[i].Cases++
		list[i].words += e.common
	}
	list = slices.DeleteFunc(list, func(s Suggestion) bool { return s.words < unitLeast })
	for i := range list {
		list[i].Share = 100 * list[i].Cases / all
	}
	slices.SortStableFunc(list, func(a, b Suggestion) int { return b.words - a.words })
	return list[:min(3, len(list))], nil
}

// A Sample is an earlier reply that the reporter was content with.
type Sample struct {
	Case  casework.Line
	Words string
}

// goodGrade is the least grade of a reply worth following.
const goodGrade = 4

// sampleMost bounds how many replies are offered.
const sampleMost = 3

// Samples finds up to three replies to cases like this one that were graded 4 or 5.
func (t *Town) Samples(tx *db.Tx, by staff.Actor, k *casework.Case) ([]Sample, error) {
	past, err := t.alike(tx, by, k)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(past, func(a, b earlier) int { return sameKind(b, k) - sameKind(a, k) })
	var list []Sample
	for _, e := range past {
		if e.Grade < goodGrade || e.common+sameKind(e, k) < alikeLeast || len(list) == sampleMost {
			continue
		}
		words, err := t.lastReply(tx, by, e.ID)
		if err != nil {
			return nil, err
		}
		if words != "" {
			list = append(list, Sample{e.Line, words})
		}
	}
	return list, nil
}

func sameKind(e earlier, k *casework.Case) int {
	if k.Kind != "" && e.Kind == k.Kind {
		return 1
	}
	return 0
}

// lastReply is the reply that a case was closed on.
func (t *Town) lastReply(tx *db.Tx, by staff.Actor, id db.ID) (string, error) {
	steps, err := t.Cases.History(tx, by, id)
	if err != nil {
		return "", err
	}
	for _, s := range slices.Backward(steps) {
		if s.Verb == flow.Reply {
			return s.Words, nil
		}
	}
	return "", nil
}
