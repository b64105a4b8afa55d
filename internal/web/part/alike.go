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
	alikeLeast = 2  // words in common from which a reply is worth following
)

// Weights from which the past suggests a unit. A word that only one unit's cases have weighs 1, one that two units share
// weighs half: the name of a housing estate is in complaints about everything, and tells nothing.
const (
	caseLeast = 0.5 // of one case
	unitLeast = 2.0 // of all cases of a unit
)

// An earlier case that reads like the present one.
type earlier struct {
	casework.Line
	words []string // in common
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
				e.words = append(e.words, w)
			}
		}
		if len(e.words) > 0 {
			list = append(list, *e)
		}
	}
	slices.SortFunc(list, func(a, b earlier) int { return cmp.Or(len(b.words)-len(a.words), cmp.Compare(b.ID, a.ID)) })
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
	Unit   staff.Unit
	Rated  bool   // the case is about its service; nothing is told of which one
	Cases  int    // alike cases it closed
	Like   string // title of the likest
	Share  int    // percent of all alike closed cases
	Row    string // row of the rulebook that names it
	weight float64
}

// Why says on what a suggestion rests.
func (s Suggestion) Why(ctx context.Context) string {
	if s.Rated {
		return ui.T(ctx, "被评价的服务由它承办")
	}
	if s.Row != "" {
		return ui.T(ctx, "采集标准“%s”写明由它处置", s.Row)
	}
	return ui.T(ctx, "办结过 %d 件相似的（占 %d%%），如“%s”", s.Cases, s.Share, s.Like)
}

// SuggestUnits finds up to three units that closed cases like this one and serve its place or one above it; where a service led to the
// case, the unit whose it was.
func (t *Town) SuggestUnits(tx *db.Tx, by staff.Actor, k *casework.Case) ([]Suggestion, error) {
	about, err := t.Cases.About(tx, k)
	if err != nil {
		return nil, err
	}
	if u, known := t.Units.Unit(about); known {
		return []Suggestion{{Unit: u, Rated: true}}, nil
	}
	if list, err := t.ruled(tx, k); err != nil || len(list) > 0 {
		return list, err
	}
	past, err := t.alike(tx, by, k)
	if err != nil {
		return nil, err
	}
	above := place.Codes(k.Path)
	past = slices.DeleteFunc(past, func(e earlier) bool {
		u, known := t.Units.Unit(e.Lead)
		return !known || u.Closed || e.State != flow.Closed && e.State != flow.Archived || !slices.Contains(above, u.Place)
	})
	list := weigh(past)
	for i := range list {
		list[i].Unit, _ = t.Units.Unit(list[i].Unit.Code)
	}
	return list[:min(3, len(list))], nil
}

// weigh sums up what closed cases say for each unit, the one they say most for first.
func weigh(past []earlier) []Suggestion {
	units := map[string][]string{} // that closed cases with a word
	for _, e := range past {
		for _, w := range e.words {
			if !slices.Contains(units[w], e.Lead) {
				units[w] = append(units[w], e.Lead)
			}
		}
	}
	all := 0
	var list []Suggestion
	for _, e := range past {
		weight := 0.0
		for _, w := range e.words {
			weight += 1 / float64(len(units[w]))
		}
		if weight < caseLeast {
			continue
		}
		all++
		i := slices.IndexFunc(list, func(s Suggestion) bool { return s.Unit.Code == e.Lead })
		if i < 0 {
			list = append(list, Suggestion{Unit: staff.Unit{Code: e.Lead}, Like: e.Title})
			i = len(list) - 1
		}
		list[i].Cases++
		list[i].weight += weight
	}
	list = slices.DeleteFunc(list, func(s Suggestion) bool { return s.weight < unitLeast })
	for i := range list {
		list[i].Share = 100 * list[i].Cases / all
	}
	slices.SortStableFunc(list, func(a, b Suggestion) int { return cmp.Compare(b.weight, a.weight) })
	return list
}

// A Sample is an earlier reply that held: the case was closed on it without rework, and nobody whose grade the reader may see was
// dissatisfied. Of his own cases he is not told who was content.
type Sample struct {
	Case  casework.Line
	Words string
}

// goodGrade is the least grade of a reply worth following, where there is one to be seen.
const goodGrade = 4

// held reports whether a reply is worth following.
func (e earlier) held() bool {
	return !e.Closed.IsZero() && e.Reworks == 0 && (e.Grade == 0 || e.Grade >= goodGrade)
}

// sampleMost bounds how many replies are offered.
const sampleMost = 3

// Samples finds up to three replies to cases like this one that held.
func (t *Town) Samples(tx *db.Tx, by staff.Actor, k *casework.Case) ([]Sample, error) {
	past, err := t.alike(tx, by, k)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(past, func(a, b earlier) int { return sameKind(b, k) - sameKind(a, k) })
	var list []Sample
	for _, e := range past {
		if !e.held() || len(e.words)+sameKind(e, k) < alikeLeast || len(list) == sampleMost {
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
