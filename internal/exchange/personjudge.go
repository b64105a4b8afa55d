package exchange

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"linli/internal/db"
	"linli/internal/duplicate"
	"linli/internal/fact"
	"linli/internal/fault"
	"linli/internal/form"
	"linli/internal/lexicon"
	"linli/internal/match"
	"linli/internal/register"
	"linli/internal/sheet"
)

// judge finds out what becomes of the rows and does it. A row that may be of the same person as an earlier one of the batch waits until that
// one is in the register.
func (r *personRun) judge(tx *db.Tx, list []incoming, s *PersonSummary) ([]judged, error) {
	if r.im.Map.kind() != lexicon.Person {
		return r.judgeThings(tx, list, s)
	}
	out := make([]judged, 0, len(list))
	for len(list) > 0 {
		n := apart(list)
		done, err := r.judgeApart(tx, list[:n], s)
		if err != nil {
			return nil, err
		}
		out, list = append(out, done...), list[n:]
	}
	return out, nil
}

// apart returns how many rows from the first on are of persons that share no key unless the rules call them different, and are no copies.
func apart(list []incoming) int {
	by, copies := make(map[match.Key][]int, 4*len(list)), map[string]bool{}
	for i := range list {
		d := list[i].draft
		if d == nil {
			continue
		}
		if digest := list[i].digest; digest != "" {
			if copies[digest] {
				return i
			}
			copies[digest] = true
		}
		for _, k := range d.Meets() {
			for _, j := range by[k] {
				if d.Compare(list[j].draft).Answer != match.Different {
					return i
				}
			}
			by[k] = append(by[k], i)
		}
	}
	return len(list)
}

func (r *personRun) judgeApart(tx *db.Tx, list []incoming, s *PersonSummary) ([]judged, error) {
	var drafts []*register.Draft
	var digests []any
	for i := range list {
		if list[i].draft != nil {
			drafts = append(drafts, list[i].draft)
		}
		if list[i].digest != "" {
			digests = append(digests, list[i].digest)
		}
	}
	alike, err := r.im.People.Alike(tx, drafts)
	if err != nil {
		return nil, err
	}
	before, err := r.before(tx, digests)
	if err != nil {
		return nil, err
	}
	there, known, err := r.known(tx, list, alike, before)
	if err != nil {
		return nil, err
	}
	out := make([]judged, len(list))
	var fresh []*incoming
	at := 0
	for i := range list {
		in, j := &list[i], &out[i]
		j.in = in
		s.Read++
		if in.draft == nil {
			j.verdict, j.field, j.reason = VerdictRejected, in.field, in.why
			s.Rejected++
			continue
		}
		found := alike[at]
		at++
		if id := whoIs(in, found, before); !id.IsZero() {
			p := there[id]
			if err := r.update(tx, j, p, known[p.ID], s); err != nil {
				return nil, err
			}
			continue
		}
		fresh = append(fresh, in)
		j.person, j.verdict, j.reason = in.draft.ID, VerdictNew, strings.Join(in.notes, "；")
		if len(found) == 0 {
			s.Added++
			continue
		}
		s.Likely++
		j.verdict, j.reason = VerdictLikely, likelyWords(found)
		for _, f := range found {
			if _, err := duplicate.Note(tx, f.Person.ID, in.draft.ID, f.Verdict, in.path, r.im.Map.Source); err != nil {
				return nil, err
			}
		}
	}
	return out, r.add(tx, fresh)
}

// whoIs returns the entry that a row is of: the one it became before, or the one that the rules call the same; zero for nobody.
func whoIs(in *incoming, found []register.PersonLikeness, before map[string]db.ID) db.ID {
	if id := before[in.digest]; !id.IsZero() {
		return id
	}
	if len(found) > 0 && found[0].Verdict.Answer == match.Same {
		return found[0].Person.ID
	}
	return 0
}

// known returns those who are there and what holds of them, in few questions.
func (r *personRun) known(tx *db.Tx, list []incoming, alike [][]register.PersonLikeness, before map[string]db.ID) (map[db.ID]register.Person, map[db.ID][]fact.Fact, error) {
	there := map[db.ID]register.Person{}
	at := 0
	for i := range list {
		if list[i].draft == nil {
			continue
		}
		if id := whoIs(&list[i], alike[at], before); !id.IsZero() {
			there[id] = register.Person{}
			if len(alike[at]) > 0 && alike[at][0].Person.ID == id {
				there[id] = alike[at][0].Person
			}
		}
		at++
	}
	for id, p := range there {
		if !p.ID.IsZero() {
			continue
		}
		p, err := register.PersonOf(tx, id) // the one that a merged entry leads to
		if err != nil {
			return nil, nil, err
		}
		there[id] = p
	}
	facts, err := register.FactsOfMany(tx, slices.Collect(maps.Values(there)))
	return there, facts, err
}

// holds reports whether a row tells nothing new: the same is confirmed and has no end.
func holds(facts []fact.Fact, t tells) bool {
	return slices.ContainsFunc(facts, func(f fact.Fact) bool {
		return f.Name == t.name && f.Value == t.value && f.Certainty == fact.Confirmed && f.From.IsZero() && f.To.IsZero()
	})
}

// likelyWords say whom somebody may be, by a masked name.
func likelyWords(found []register.PersonLikeness) string {
	f := found[0]
	words := make([]string, len(f.Verdict.Reasons))
	for i, r := range f.Verdict.Reasons {
		words[i] = r.String()
	}
	return fmt.Sprintf("可能与已登记的%s是同一人：%s；已登记并列入疑似重复", form.MaskName(f.Person.Name), strings.Join(words, "，"))
}

// before finds the persons that rows without an ID number became when they were brought in before.
func (r *personRun) before(tx *db.Tx, digests []any) (map[string]db.ID, error) {
	out := map[string]db.ID{}
	for chunk := range slices.Chunk(digests, 400) {
		marks := db.Marks(len(chunk))
		rows, err := tx.Query("select digest, person from exchange_person where source = ? and digest in ("+marks+")", append([]any{r.im.Map.Source}, chunk...)...)
		if err != nil {
			return nil, err
		}
		for rows.Next() {
			var digest string
			var id db.ID
			if err := rows.Scan(&digest, &id); err != nil {
				return nil, err
			}
			out[digest] = id
		}
		if err := rows.Close(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (r *personRun) telling(in *incoming) fact.Telling {
	return fact.Telling{Deed: r.deed, Source: fact.Source{Kind: fact.ByImport, Name: r.im.Map.Source}, Certainty: fact.Confirmed, By: r.im.By.AuditName(), Path: in.path}
}

// add takes new persons into the register, in few statements.
func (r *personRun) add(tx *db.Tx, fresh []*incoming) error {
	drafts := make([]*register.Draft, len(fresh))
	var facts []fact.Fact
	var digests []any
	for i, in := range fresh {
		drafts[i] = in.draft
		for _, t := range in.tells {
			facts = append(facts, fact.Fact{Subject: fact.Person(in.draft.ID), Name: t.name, Value: t.value, Telling: r.telling(in)})
		}
		if in.digest != "" {
			digests = append(digests, r.im.Map.Source, in.digest, in.draft.ID)
		}
	}
	if err := r.im.People.AddDrafts(tx, drafts); err != nil {
		return err
	}
	if err := fact.AddMany(tx, facts); err != nil {
		return err
	}
	return insertMany(tx, "exchange_person (source, digest, person)", 3, digests)
}

// insertMany writes rows in one statement for each two hundred or so.
func insertMany(tx *db.Tx, into string, width int, args []any) error {
	row := "(" + db.Marks(width) + "), "
	for chunk := range slices.Chunk(args, width*100) {
		if err := tx.Exec("insert into "+into+" values "+strings.TrimSuffix(strings.Repeat(row, len(chunk)/width), ", "), chunk...); err != nil {
			return err
		}
	}
	return nil
}

// update tells of somebody who is there what the row says. The same number under another name is nobody's update.
func (r *personRun) update(tx *db.Tx, j *judged, p register.Person, facts []fact.Fact, s *PersonSummary) error {
	in := j.in
	j.person = p.ID
	if p.Name != "" && match.Fold(p.Name) != match.Fold(in.draft.Name) && in.draft.IDNumber != "" {
		j.verdict, j.field = VerdictConflict, lexicon.Name
		j.reason = fmt.Sprintf("这个身份证号已登记在“%s”名下，姓名不同，没有导入；请核对号码和姓名", form.MaskName(p.Name))
		s.Conflicts++
		return nil
	}
	var changed, disputed []string
	for _, t := range slices.Concat(in.tells, in.first) {
		if holds(facts, t) {
			continue
		}
		out, err := r.im.People.Tell(tx, fact.Fact{Subject: fact.Person(p.ID), Name: t.name, Value: t.value, Telling: r.telling(in)})
		switch {
		case err != nil:
			return err
		case !out.Conflict.IsZero():
			disputed = append(disputed, t.name)
		case !out.Same:
			changed = append(changed, t.name)
		}
	}
	if err := r.im.People.Supplement(tx, p, in.draft, disputed...); err != nil {
		if fault.KindOf(err) != fault.KindConflict && fault.KindOf(err) != fault.KindInvalid {
			return err
		}
		bad := wrongOf(err)
		j.verdict, j.field, j.reason = VerdictConflict, bad.field, bad.why
		s.Conflicts++
		return nil
	}
	switch {
	case len(disputed) > 0:
		j.verdict, j.field, j.reason = VerdictConflict, disputed[0], "与已核实的登记不一致，原来的不变，列入冲突待核实："+r.labels(disputed)
		s.Conflicts++
	case len(changed) > 0:
		j.verdict, j.field, j.reason = VerdictUpdate, changed[0], "更新："+r.labels(changed)
		s.Changed++
	default:
		j.verdict = VerdictPresent
		s.Present++
	}
	return nil
}

func (r *personRun) labels(names []string) string {
	words := make([]string, len(names))
	for i, n := range names {
		words[i] = n
		words[i] = labelOf(r.in.fields, n)
	}
	return strings.Join(words, "、")
}

// sealed are the columns that are masked whatever their words.
var sealed = []string{colIDNumber, colPhone, colHead, colOwner, "emergency_phone", "permit_number"}

// masked is a row as it may be kept for people to see.
func (r *personRun) masked(rec *sheet.Record) []string {
	if rec.Cells == nil {
		return []string{form.MaskText(rec.Raw)}
	}
	out := make([]string, len(rec.Cells))
	for i, c := range rec.Cells {
		out[i] = form.MaskText(c)
	}
	for _, f := range sealed {
		if i, ok := r.in.at[f]; ok && i < len(out) && out[i] == rec.Cells[i] {
			out[i] = form.MaskID(out[i])
		}
	}
	for _, f := range r.in.fields {
		i, ok := r.in.at[f.Name]
		if ok && f.Words != nil && f.Words.Sensitive == "hidden" && i < len(out) && out[i] != "" {
			out[i] = "＊"
		}
	}
	return out
}
