package round

import (
	"fmt"
	"strings"
	"time"

	"linli/internal/casework"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/pack"
	"linli/internal/staff"
)

// A Finding (发现的问题) is one thing that is not as it should be, found on a visit, and the case that it opened.
type Finding struct {
	ID      db.ID   `json:"id"`
	Visit   db.ID   `json:"visit"`
	Plan    db.ID   `json:"plan"`
	Item    string  `json:"item"` // of the check list; "" something else
	Says    string  `json:"says"`
	Words   string  `json:"words"`
	Case    db.ID   `json:"case"` // zero: none was opened
	Number  string  `json:"number"`
	Trouble string  `json:"trouble"` // why there is no case although the round names a flow
	At      db.Time `json:"at"`
}

const findingColumns = `id, visit, plan, item, says, words, case_id, number, trouble, at`

func scanFinding(r *db.Rows) (f Finding, err error) {
	return f, r.Scan(&f.ID, &f.Visit, &f.Plan, &f.Item, &f.Says, &f.Words, &f.Case, &f.Number, &f.Trouble, &f.At)
}

func findingsOf(tx *db.Tx, visit db.ID) ([]Finding, error) {
	list, err := db.Select(tx, scanFinding, `select `+findingColumns+` from round_finding where visit = ? order by id`, visit)
	return append([]Finding{}, list...), wrap("list findings", err)
}

// findings are the items that failed and what else was said.
func findings(l *pack.Checklist, failed []string, v *Visit) (list []Finding) {
	for _, id := range failed {
		i := l.Item(id)
		says := i.Says + "：" + i.AnswerWords(v.Answers[id]) // "安全出口畅通" alone would tell the opposite of what was found
		list = append(list, Finding{Item: id, Says: says, Words: v.Words})
	}
	for _, s := range v.Says {
		list = append(list, Finding{Says: s, Words: v.Words})
	}
	return list
}

// finder is what a finding is told about.
type finder struct {
	at      Point
	visit   *Stored
	subject Subject
	list    *pack.Checklist
}

// find keeps a finding and opens its case. When the flow refuses the case, the finding stands with the reason.
func (x *Rounds) find(tx *db.Tx, who staff.Actor, f *Finding, p *Plan, r *pack.Round, of finder) error {
	f.ID = db.NewID()
	if r.Opens != "" {
		in := intake(f, p, r, of, who.Name)
		receipt, err := x.open(tx, who, in, of.at.path)
		switch fault.KindOf(err) {
		case fault.KindInvalid, fault.KindForbidden, fault.KindRefused:
			f.Trouble = trouble(err)
		default:
			if err != nil {
				return err
			}
			f.Case, f.Number = receipt.Case, receipt.Number
		}
	}
	err := tx.Exec(`insert into round_finding (`+findingColumns+`, path, unit, watch) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		f.ID, f.Visit, f.Plan, f.Item, f.Says, f.Words, f.Case, f.Number, f.Trouble, f.At, of.at.path, p.Unit, p.Watch)
	return wrap("keep finding", err)
}

// open registers a case as who found it, or as the platform where the flow leaves it to the platform what rounds find.
func (x *Rounds) open(tx *db.Tx, who staff.Actor, in casework.Intake, path string) (casework.Receipt, error) {
	may, err := x.cases.MayRegister(tx, who, in.Flow, path)
	if err == nil && !may {
		platform := staff.Job("round")
		if may, err = x.cases.MayRegister(tx, platform, in.Flow, path); may {
			who = platform
		}
	}
	if err != nil {
		return casework.Receipt{}, err
	}
	return x.cases.Register(tx, who, in)
}

// trouble says why there is no case, with every field that was missed.
func trouble(err error) string {
	f := fault.As(err)
	if len(f.Fields) == 0 {
		return f.Message()
	}
	var list []string
	for _, e := range f.Fields {
		list = append(list, e.Message())
	}
	return strings.Join(list, "；")
}

// intake is the case of a finding: what the round says of the form's fields, and the common parts.
func intake(f *Finding, p *Plan, r *pack.Round, of finder, who string) casework.Intake {
	name := of.at.Name
	if of.at.Kind == "person" { // no name of a person goes into a case
		name = ""
	}
	title := f.Says
	if name != "" {
		title = name + "：" + f.Says
	}
	if list := []rune(title); len(list) > casework.MaxTitle {
		title = string(list[:casework.MaxTitle])
	}
	at := of.visit.At.In(civil.Shanghai)
	listName := ""
	if of.list != nil {
		listName = of.list.Name
	}
	from := map[string]string{"=subject": name, "=says": f.Says, "=words": f.Words, "=round": p.Name, "=list": listName, "=grade": of.visit.Grade,
		"=at": at.Format("2006-01-02"), "=by": who, "=spot": name}
	fields := map[string]string{}
	for field, text := range r.Fields {
		if v, known := from[text]; known {
			text = v
		}
		fields[field] = text
	}
	body := fmt.Sprintf("%s在“%s”中于%s检查发现：%s。", who, p.Name, at.Format("2006年1月2日"), f.Says)
	if f.Words != "" {
		body += f.Words
	}
	return casework.Intake{Key: "finding:" + f.ID.String(), Flow: r.Opens, Title: title, Body: body, Fields: fields, Place: of.at.Place, Spot: name,
		From: casework.Reporter{Name: who}, Files: of.visit.Photos}
}

// Again opens the case of a finding that had none, now that whoever may have put right what stood in the way. Returns conflict when there is one.
func (x *Rounds) Again(tx *db.Tx, by staff.Actor, id db.ID) (Finding, error) {
	f, p, err := x.FindingOf(tx, by, id)
	if err != nil {
		return f, err
	}
	if !p.Leads(by) {
		return f, mayNotPlan()
	}
	if !f.Case.IsZero() {
		return f, fault.Conflict("这个问题已经立案，编号 %s", f.Number)
	}
	v, _, err := x.VisitOf(tx, by, f.Visit)
	if err != nil {
		return f, err
	}
	at, _, _, err := x.point(tx, v.Point)
	if err != nil {
		return f, err
	}
	e, r, err := x.rule(&p)
	if err != nil {
		return f, err
	}
	if r.Opens == "" {
		return f, fault.Conflict("“%s”发现的问题只登记，不立案", p.Name)
	}
	receipt, err := x.open(tx, by, intake(&f, &p, r, finder{at: at, visit: &v, list: e.Checklist(r.List)}, v.Name), at.path)
	if err != nil {
		return f, err
	}
	f.Case, f.Number, f.Trouble = receipt.Case, receipt.Number, ""
	err = tx.ExecOne(`update round_finding set case_id = ?, number = ?, trouble = '' where id = ? and case_id = 0`, f.Case, f.Number, f.ID)
	if err != nil {
		return f, wrap("open the case of a finding", err)
	}
	return f, record(tx, by, "round.open", f.ID, f)
}

// FindingOf returns a finding of a plan that the actor sees. Returns notfound.
func (x *Rounds) FindingOf(tx *db.Tx, by staff.Actor, id db.ID) (Finding, Plan, error) {
	list, err := db.Select(tx, scanFinding, `select `+findingColumns+` from round_finding where id = ?`, id)
	if err == nil && len(list) == 0 {
		err = fault.NotFound("没有这个问题，或您无权查看")
	}
	if err != nil {
		return Finding{}, Plan{}, wrap("load finding", err)
	}
	p, err := x.Get(tx, by, list[0].Plan)
	return list[0], p, err
}

// FindingsOf lists what a visit found, for who sees the visit.
func (x *Rounds) FindingsOf(tx *db.Tx, by staff.Actor, visit db.ID) ([]Finding, error) {
	if _, _, err := x.VisitOf(tx, by, visit); err != nil {
		return nil, err
	}
	return findingsOf(tx, visit)
}

// Found (问题条件) asks for findings.
type Found struct {
	Plan    db.ID     // zero: of all plans
	Since   time.Time // zero: always
	Without bool      // only those without a case
	After   db.ID     // cursor: the last finding of the page before
	Limit   int       // 1 to 200; 0: 50
}

// Findings lists what was found, as far as the actor sees it, the latest first.
func (x *Rounds) Findings(tx *db.Tx, by staff.Actor, q Found) ([]Finding, error) {
	where, args := seen(by)
	if where == "" {
		return nil, nil
	}
	if !q.Plan.IsZero() {
		where, args = where+" and plan = ?", append(args, q.Plan)
	}
	if !q.Since.IsZero() {
		where, args = where+" and at >= ?", append(args, db.At(q.Since))
	}
	if q.Without {
		where += " and case_id = 0"
	}
	if !q.After.IsZero() {
		where, args = where+" and id < ?", append(args, q.After)
	}
	if q.Limit <= 0 || q.Limit > 200 {
		q.Limit = 50
	}
	list, err := db.Select(tx, scanFinding, `select `+findingColumns+` from round_finding where `+where+` order by id desc limit ?`, append(args, q.Limit)...)
	return list, wrap("list findings", err)
}
