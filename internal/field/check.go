package field

import (
	"fmt"
	"slices"

	"linli/internal/casework"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/flow"
	"linli/internal/job"
	"linli/internal/staff"
)

// checked is the body of a check.
type checked struct {
	Case    db.ID  `json:"case"`
	Version int64  `json:"version"` // that the worker was looking at
	Verdict string `json:"verdict"` // done or rework
	Words   string `json:"words"`
}

// The choices of a worker whose check came too late.
var (
	choiceApply = Choice{"apply", "按现在的情况，仍以这次核查为准"}
	choiceNote  = Choice{"note", "作为备注记入办件"}
	choiceMain  = Choice{"join-main", "记入并入的主件"}
	choiceDrop  = Choice{"drop", "不再需要，只留存记录"}
)

// choiceBare lets an item go on that waits for a photo which is lost.
const choiceBare = "without-photo"

// check takes the worker's verdict on a handled case, or says what happened to the case meanwhile.
func (x *Inbox) check(tx *db.Tx, by staff.Actor, r *row) error {
	var b checked
	if err := r.read(&b); err != nil {
		return err
	}
	if b.Verdict != "done" && b.Verdict != "rework" {
		return fault.Invalid("verdict", "请选择核查结果：已处置好，或需要返工")
	}
	r.caseID = b.Case
	k, err := x.Cases.Get(tx, by, b.Case)
	if err != nil {
		if fault.KindOf(err) != fault.KindNotFound {
			return err
		}
		return x.notHis(tx, r)
	}
	if words, choices := x.overtaken(tx, by, k, b.Version); words != "" {
		r.state, r.words, r.choices = Conflict, words, choices
		return nil
	}
	return x.verdict(tx, by, r, &b)
}

// notHis answers for a case that the worker no longer sees: he was moved, or the case was.
func (x *Inbox) notHis(tx *db.Tx, r *row) error {
	if _, err := x.Cases.Stored(tx, r.caseID); err != nil {
		r.caseID = 0
		return fault.NotFound("没有这个办件")
	}
	r.mark(MarkMoved)
	r.state, r.desk = Conflict, true
	r.words, r.choices = "您已不在这个网格任职，或本件已移到别处；核查记录已交监督中心", []Choice{choiceDrop}
	return nil
}

// overtaken says what happened to a case since the worker looked at it, when that makes his verdict one on something else.
func (x *Inbox) overtaken(tx *db.Tx, by staff.Actor, k *casework.Case, version int64) (string, []Choice) {
	switch state := k.State(); {
	case state == flow.Merged:
		return "本件已并入另一件", []Choice{choiceMain, choiceDrop}
	case state == flow.Verified:
		return "本件已由别人核查", []Choice{choiceNote, choiceDrop}
	case state != flow.Replied:
		return fmt.Sprintf("本件现在是“%s”，不在等待核查", x.stateName(k)), []Choice{choiceNote, choiceDrop}
	case version == 0 || version == k.Version:
		return "", nil
	}
	steps, err := x.Cases.History(tx, by, k.ID)
	if err != nil {
		return "", nil // whoever sees the case sees its history; the step itself will say what is wrong
	}
	for _, s := range steps {
		if int64(s.Seq) > version && !beside[s.Verb] {
			return fmt.Sprintf("您核查之后，%s又办了一步，请再看现在的情况", s.Name), []Choice{choiceApply, choiceNote, choiceDrop}
		}
	}
	return "", nil
}

// beside are steps after which a verdict still holds.
var beside = map[flow.Verb]bool{flow.Note: true, flow.Urge: true, flow.Lapse: true, flow.Link: true, flow.Supervise: true}

// stateName is what a state is called where the case stands.
func (x *Inbox) stateName(k *casework.Case) string {
	for _, f := range []*flow.Flow{x.flowOf(k), flow.Standard()} {
		if f == nil {
			continue
		}
		if d := f.State(k.State()); d != nil {
			return d.Name
		}
	}
	return string(k.State())
}

// verdict takes the step that a verdict stands for, with the photos as evidence.
func (x *Inbox) verdict(tx *db.Tx, by staff.Actor, r *row, b *checked) error {
	verb := flow.Verify
	if b.Verdict == "rework" {
		verb = flow.Rework
	}
	photos, err := x.photos(tx, r)
	if err != nil {
		return err
	}
	if err := x.hang(tx, by, b.Case, photos); err != nil {
		return err
	}
	if err := x.judge(tx, r, b.Case, photos); err != nil {
		return err
	}
	spoken, err := x.speak(tx, by, "case:"+b.Case.String(), r)
	if err != nil {
		return err
	}
	words := b.Words
	if more := r.said(); more != "" {
		words += "\n" + more
	}
	_, err = x.Cases.Do(tx, by, b.Case, casework.Act{Act: flow.Act{Verb: verb, Words: words}, Key: r.key(), Files: append(hashes(photos), spoken...)})
	if err != nil {
		return err
	}
	r.state, r.words = Taken, map[flow.Verb]string{flow.Verify: "核查已记入：已处置好", flow.Rework: "核查已记入：退回返工"}[verb]
	return nil
}

// resolved is the body of what a worker decides.
type resolved struct {
	Item   string `json:"item"`
	Choice string `json:"choice"`
}

// resolve settles an item that waits for a decision.
func (x *Inbox) resolve(tx *db.Tx, by staff.Actor, r *row) error {
	var b resolved
	if err := r.read(&b); err != nil {
		return err
	}
	it, err := load(tx, r.account, b.Item)
	if err != nil {
		return err
	}
	was := it.state
	switch {
	case was == WantsPhoto && b.Choice == choiceBare:
		err = x.goBare(tx, it)
	case was == Conflict && slices.ContainsFunc(it.choices, func(c Choice) bool { return c.ID == b.Choice }):
		err = x.decide(tx, by, it, b.Choice)
	case was == Taken || was == Refused:
		r.state, r.words = Taken, "那条记录已经有结果"
		return nil
	default:
		return fault.Invalid("choice", "那条记录不能这样处理，请重新同步后再选")
	}
	if err != nil {
		return err
	}
	if err := it.save(tx, was); err != nil {
		return err
	}
	r.state, r.words = Taken, "已按您的选择处理"
	return nil
}

// goBare lets an item go on without the photos that are lost.
func (x *Inbox) goBare(tx *db.Tx, it *row) error {
	for _, m := range slices.Clone(it.marks) {
		if len(m) > len(markPhoto) && m[:len(markPhoto)] == markPhoto {
			it.mark(markBadPhoto + m[len(markPhoto):])
			it.marks = slices.DeleteFunc(it.marks, func(s string) bool { return s == m })
		}
	}
	it.state = Kept
	job.Stir(tx, keptItems)
	return nil
}

// decide settles a conflict as the worker chose.
func (x *Inbox) decide(tx *db.Tx, by staff.Actor, it *row, choice string) error {
	var b checked
	if err := it.read(&b); err != nil {
		return err
	}
	verdict := map[string]string{"done": "已处置好", "rework": "需要返工"}[b.Verdict]
	said := fmt.Sprintf("网格员现场核查（%s）：%s", verdict, b.Words)
	it.choices, it.desk = nil, false
	switch choice {
	case choiceApply.ID:
		return x.verdict(tx, by, it, &b)
	case choiceNote.ID:
		it.state, it.words = Taken, "已作为备注记入办件"
		return x.note(tx, by, it, b.Case, said)
	case choiceMain.ID:
		k, err := x.Cases.Get(tx, by, b.Case)
		if err != nil {
			return err
		}
		it.state, it.words, it.caseID = Taken, "已记入主件", k.Main
		return x.note(tx, by, it, k.Main, said)
	}
	it.state, it.words = Taken, "按您的选择，只留存记录"
	return nil
}
