package benefit

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fact"
	"linli/internal/fault"
	"linli/internal/money"
	"linli/internal/pack"
	"linli/internal/place"
	"linli/internal/register"
	"linli/internal/staff"
)

// A FindingState (线索状态) is where a finding stands.
type FindingState string

// The states: found, checked by one person, dismissed, in a case, decided, or gone because facts and decisions agree again.
const (
	Open      FindingState = "open"
	Checked   FindingState = "checked"
	Dismissed FindingState = "dismissed"
	Filed     FindingState = "filed"
	Decided   FindingState = "decided"
	Gone      FindingState = "gone"
)

// Words returns the state in Chinese.
func (s FindingState) Words() string {
	return map[FindingState]string{Open: "待核实", Checked: "已核实，待决定", Dismissed: "不成立", Filed: "已申办", Decided: "已决定", Gone: "已消除"}[s]
}

// A Finding (核查线索) is what the rules say that is not what is decided: somebody may be entitled, or should get more, less or nothing.
type Finding struct {
	ID          db.ID
	Benefit     string
	Kind        Kind
	Subject     fact.Subject
	Event       string
	Path        string
	Unit        string // that decides; "" where a case will
	Entitlement db.ID
	Fen         money.Fen
	Effective   civil.Date // day on which what it rests on came about
	Needs       []string   // labels of what must be known
	Reason
	print     string
	State     FindingState
	Found     db.Time
	CheckedBy db.ID
	Checker   string
	CheckedAt db.Time
	Words     string // of the checker, or of who decided
	Decider   string
	DecidedAt db.Time
	Case      db.ID
}

const findingColumns = `id, benefit, kind, skind, subject, event, path, unit, entitlement, fen, effective, pack, needs, inputs, steps, clause, print, state, found_at,
	checked_by, checked_name, checked_at, words, decided_name, decided_at, case_id`

func scanFinding(r *db.Rows) (f Finding, err error) {
	var needs, inputs, steps string
	err = r.Scan(&f.ID, &f.Benefit, (*string)(&f.Kind), (*string)(&f.Subject.Kind), &f.Subject.ID, &f.Event, &f.Path, &f.Unit, &f.Entitlement, (*int64)(&f.Fen), &f.Effective, &f.Pack, &needs,
		&inputs, &steps, &f.Clause, &f.print, (*string)(&f.State), &f.Found, &f.CheckedBy, &f.Checker, &f.CheckedAt, &f.Words, &f.Decider, &f.DecidedAt, &f.Case)
	if err != nil {
		return f, err
	}
	if needs != "" {
		f.Needs = strings.Split(needs, "、")
	}
	f.On = civil.DateOf(f.Found.Time, civil.Shanghai)
	return f, f.decode(inputs, steps)
}

// finding makes a finding of what the rules answer.
func finding(b *pack.Benefit, s fact.Subject, path string, kind Kind, r *pack.Reckoned, why Reason, from db.ID) Finding {
	fen, _ := r.Fen() // rounded to the fen by the formula
	f := Finding{Benefit: b.Ref(), Kind: kind, Subject: s, Path: path, Fen: money.Fen(fen), Effective: why.On, Reason: why, Case: from}
	for _, n := range r.Needs {
		if w, ok := b.Words().Word(b.Of, n); ok {
			f.Needs = append(f.Needs, w.Label)
		}
	}
	h := sha256.New()
	fmt.Fprintln(h, kind, why.Pack, fen)
	for _, in := range why.Inputs {
		fmt.Fprintln(h, in.Name, in.Value)
	}
	f.print = hex.EncodeToString(h.Sum(nil)[:12])
	return f
}

// openFinding returns the finding that is open for a benefit, subject and occasion, and the print of the last one that was dismissed.
func openFinding(tx *db.Tx, benefit string, s fact.Subject, event string) (open *Finding, dismissed string, err error) {
	list, err := db.Select(tx, scanFinding, `select `+findingColumns+` from benefit_finding where subject = ? and benefit = ? and skind = ? and event = ? order by id`,
		s.ID, benefit, string(s.Kind), event)
	if err != nil {
		return nil, "", fmt.Errorf("findings: %w", err)
	}
	for i := range list {
		switch list[i].State {
		case Open, Checked, Filed:
			open = &list[i]
		case Dismissed:
			dismissed = list[i].print
		}
	}
	return open, dismissed, nil
}

// find keeps a finding unless it stands already, was dismissed for the same facts, or a case is under way. What stood for other facts is gone.
func (x *Benefits) find(tx *db.Tx, f Finding) (changed bool, err error) {
	open, dismissed, err := openFinding(tx, f.Benefit, f.Subject, f.Event)
	if err != nil || dismissed == f.print || open != nil && (open.print == f.print || open.State == Filed) {
		return false, err
	}
	if open != nil {
		if err := x.gone(tx, open); err != nil {
			return false, err
		}
	}
	inputs, steps, err := f.encode()
	if err != nil {
		return false, err
	}
	err = tx.Exec(`insert into benefit_finding (id, benefit, kind, skind, subject, event, path, unit, entitlement, fen, effective, pack, needs, inputs, steps, clause, print, state, found_at, case_id)
		values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, db.NewID(), f.Benefit, string(f.Kind), string(f.Subject.Kind), f.Subject.ID, f.Event, f.Path, f.Unit, f.Entitlement,
		int64(f.Fen), f.Effective, f.Pack, strings.Join(f.Needs, "、"), inputs, steps, f.Clause, f.print, string(Open), db.At(tx.Now()), f.Case)
	if err != nil {
		return false, fmt.Errorf("keep finding: %w", err)
	}
	return true, nil
}

func (x *Benefits) gone(tx *db.Tx, f *Finding) error {
	return tx.ExecOne(`update benefit_finding set state = ?, decided_at = ? where id = ? and state in ('open', 'checked')`, string(Gone), db.At(tx.Now()), f.ID)
}

// A Query (线索条件) asks for findings.
type Query struct {
	State   FindingState // "": open and checked
	Kind    Kind
	Benefit string
	Before  db.ID
	Limit   int // 0: 50
}

// Findings lists findings where somebody may see persons for relief, the latest first.
func (x *Benefits) Findings(tx *db.Tx, by staff.Actor, q Query) ([]Finding, error) {
	within, args := mine(by)
	if within == "" {
		return nil, nil
	}
	where := []string{within}
	and := func(cond string, a ...any) { where, args = append(where, cond), append(args, a...) }
	if q.State == "" {
		and(`state in ('open', 'checked')`)
	} else {
		and(`state = ?`, string(q.State))
	}
	if q.Kind != "" {
		and(`kind = ?`, string(q.Kind))
	}
	if q.Benefit != "" {
		and(`benefit = ?`, q.Benefit)
	}
	if !q.Before.IsZero() {
		and(`id < ?`, q.Before)
	}
	if q.Limit <= 0 {
		q.Limit = 50
	}
	list, err := db.Select(tx, scanFinding, `select `+findingColumns+` from benefit_finding where `+strings.Join(where, " and ")+` order by id desc limit ?`, append(args, q.Limit)...)
	if err != nil {
		return nil, fmt.Errorf("list findings: %w", err)
	}
	return list, nil
}

// scope is the condition that a column lies below one of some paths; "" without any.
func scope(paths []string, column string) (string, []any) {
	var or []string
	var args []any
	for _, p := range paths {
		from, end := place.Range(p)
		or, args = append(or, column+` >= ? and `+column+` < ?`), append(args, from, end)
	}
	if len(or) == 0 {
		return "", nil
	}
	return "(" + strings.Join(or, " or ") + ")", args
}

// mine is the condition of what somebody sees, as sees has it of one: where he may see persons for relief, pays or audits, and what his unit decides. "" is nothing.
func mine(by staff.Actor) (string, []any) {
	within, args := scope(append(sights(by), keeps(by)...), "path")
	if by.Unit == "" || !by.HasAny(staff.Handler) {
		return within, args
	}
	if within == "" {
		return `unit = ?`, []any{by.Unit}
	}
	return `(` + within + ` or unit = ?)`, append(args, by.Unit)
}

// keeps are the paths below which somebody pays or audits what is decided.
func keeps(by staff.Actor) (paths []string) {
	for _, g := range by.Grants {
		if g.Place != "" && slices.Contains([]staff.Role{staff.Finance, staff.Treasurer, staff.Auditor}, g.Role) {
			paths = append(paths, g.Place)
		}
	}
	return paths
}

// sees reports whether somebody may see what is decided about a subject: for relief, as the unit that decides, or to pay and audit it.
func sees(tx *db.Tx, by staff.Actor, s fact.Subject, path, unit string) error {
	if unit != "" && unit == by.Unit && by.HasAny(staff.Handler) {
		return nil
	}
	if slices.ContainsFunc(keeps(by), func(p string) bool { return place.Within(path, p) }) {
		return nil
	}
	return register.See(tx, by, s, register.ForRelief)
}

// Finding returns a finding to who may see its subject for relief. Returns notfound.
func (x *Benefits) Finding(tx *db.Tx, by staff.Actor, id db.ID) (Finding, error) {
	return x.finding(tx, by, id)
}

func (x *Benefits) finding(tx *db.Tx, by staff.Actor, id db.ID) (Finding, error) {
	list, err := db.Select(tx, scanFinding, `select `+findingColumns+` from benefit_finding where id = ?`, id)
	if err != nil {
		return Finding{}, fmt.Errorf("load finding: %w", err)
	}
	if len(list) == 0 {
		return Finding{}, fault.NotFound("没有这条核查线索")
	}
	f := list[0]
	return f, sees(tx, by, f.Subject, f.Path, f.Unit)
}

// Check says that somebody looked: what a finding says is so, or is not. What is not so stays dismissed while the facts are the same.
func (x *Benefits) Check(tx *db.Tx, by staff.Actor, id db.ID, so bool, words string) error {
	f, err := x.finding(tx, by, id)
	if err != nil {
		return err
	}
	if !checks(by, f.Path) {
		return fault.Forbidden("核查线索由社区或窗口人员核实")
	}
	if words = strings.TrimSpace(words); words == "" {
		return fault.Invalid("words", "请写明怎样核实的、看到什么")
	}
	state := Checked
	if !so {
		state = Dismissed
	}
	if so && f.Kind == Check {
		return fault.Conflict("规则还说不准，缺：%s。把资料补登以后线索会自动更新", strings.Join(f.Needs, "、"))
	}
	return tx.ExecOne(`update benefit_finding set state = ?, checked_by = ?, checked_name = ?, checked_at = ?, words = ? where id = ? and state = ?`,
		string(state), by.Account, by.Name, db.At(tx.Now()), words, id, string(Open))
}

// Decide turns a checked finding into a decision, or leaves things as they are. Returns forbidden for who checked it himself, and for other
// units than the one that decides on the entitlement.
func (x *Benefits) Decide(tx *db.Tx, by staff.Actor, id db.ID, agree bool, words string) (db.ID, error) {
	f, err := x.finding(tx, by, id)
	if err != nil {
		return 0, err
	}
	if f.Entitlement.IsZero() {
		return 0, fault.Conflict("新给的待遇在办件里审批，不在这里决定")
	}
	e, err := stored(tx, f.Entitlement)
	if err != nil {
		return 0, err
	}
	if !decides(by, &e) {
		return 0, fault.Forbidden("由批准这项待遇的单位决定")
	}
	if by.Account == f.CheckedBy {
		return 0, fault.Forbidden("您核实过这条线索，请由其他人决定")
	}
	if words = strings.TrimSpace(words); words == "" {
		return 0, fault.Invalid("words", "请写明理由，当事人会看到")
	}
	state := Decided
	if !agree {
		state = Dismissed
	}
	err = tx.ExecOne(`update benefit_finding set state = ?, decided_by = ?, decided_name = ?, decided_at = ?, words = ? where id = ? and state = ?`,
		string(state), by.Account, by.Name, db.At(tx.Now()), words, id, string(Checked))
	if err != nil || !agree {
		return 0, err
	}
	d := Decision{Kind: f.Kind, Fen: f.Fen, Reason: f.Reason, Words: words, Finding: f.ID}
	b, err := x.Of(f.Benefit, f.Pack, f.On)
	if err != nil {
		return 0, err
	}
	if f.Kind == Check {
		return 0, fault.Conflict("“%s”不是能决定的线索", f.Kind.Words())
	}
	if f.Kind == Stop || f.Kind == Suspend {
		d.Fen = 0
	}
	d.Effective = effective(b, f.Kind, f.Effective, e.Begun)
	decision, err := x.decide(tx, by, &e, d)
	if err != nil {
		return 0, err
	}
	return decision, x.settle(tx, by, &e, b)
}

// effective is the day of a decision on what came about on a day: of a stop the last that is paid, else the first on which it holds. Nothing is
// changed for days before the entitlement began.
func effective(b *pack.Benefit, k Kind, day, begun civil.Date) civil.Date {
	switch k {
	case Stop:
		return b.Last(day)
	case Suspend:
		return b.Last(day).AddDays(1)
	}
	if first := b.First(day); first.After(begun) {
		return first
	}
	return begun
}
