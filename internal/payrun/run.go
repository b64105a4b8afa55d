package payrun

import (
	"embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"linli/internal/audit"
	"linli/internal/db"
	"linli/internal/fact"
	"linli/internal/fault"
	"linli/internal/law"
	"linli/internal/ledger"
	"linli/internal/money"
	"linli/internal/once"
	"linli/internal/pack"
	"linli/internal/place"
	"linli/internal/staff"
)

// Migrations creates the tables of this package.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// A Line (发放明细) is what is owed to somebody for a period, proposed by whoever owes it.
type Line struct {
	Key     string       // said once for ever: "benefit/<entitlement>/2026-11"
	Source  string       // set by Runs: the name under which the source was offered
	Benefit string       // what a run may choose by; "" takes that of the run
	Ref     db.ID        // entitlement, deposit, order
	Payee   fact.Subject // person or organisation
	Name    string       // in which the account is held
	Bank    string
	Account string // "": the line is held
	Path    string // of the place whose budget pays
	Period  string // "2026-11", "2026" or "" for once
	Fen     money.Fen
	Shares  []ledger.Share // who bears it; they sum to Fen
	Clause  law.Clause
	Pack    string // version of the pack by which it was made; "" for none
	Words   string // why, in one sentence
}

// A Want (发放条件) says which lines a run is for.
type Want struct {
	Period  string // "2026-11"
	Path    string // of the place: lines there and below
	Benefit string // "" for all
}

// A Source yields the lines due for a period in an order of its own: up to limit of them after a cursor ("" at first), and the cursor to go on from, "" at the
// end. It is asked again after a crash, from the last cursor that was committed. It may yield what is paid already: keys are known again.
type Source func(tx *db.Tx, w Want, after string, limit int) ([]Line, string, error)

// An Offer (发放来源) is somebody who owes money.
type Offer struct {
	Name  string // "benefit"
	Title string // in Chinese, for people to choose by
	Due   Source
	// Renew gives a line that was held or returned as it is owed now, and false when it is owed no longer. nil: as it was.
	Renew func(tx *db.Tx, l Line) (Line, bool, error)
	// Told hears what became of lines. It may hear the same twice. nil: nobody wants to know.
	Told func(tx *db.Tx, news []News) error
	// Href is where a page shows what a line rests on; nil for nowhere.
	Href func(ref db.ID) string
}

// News (发放结果) is what became of a line.
type News struct {
	Key   string
	Ref   db.ID
	Line  db.ID
	State State // Paid, Returned or Held
	Fen   money.Fen
	Why   string
}

// Runs are the pay runs of one city.
type Runs struct {
	packs  func() *pack.Index
	offers map[string]Offer
	order  []string
}

// New returns the runs of a city. Sources are offered before the program serves.
func New(packs func() *pack.Index) *Runs { return &Runs{packs: packs, offers: map[string]Offer{}} }

// Offer lets runs pay what somebody owes. A second offer of one name is a mistake in the program and panics.
func (x *Runs) Offer(o Offer) {
	if _, twice := x.offers[o.Name]; twice || o.Name == "" || o.Due == nil || strings.ContainsAny(o.Name, ", ") {
		panic("payrun: offer " + o.Name)
	}
	x.offers[o.Name] = o
	x.order = append(x.order, o.Name)
}

// Offers lists who owes money, in the order in which they came.
func (x *Runs) Offers() (list []Offer) {
	for _, name := range x.order {
		list = append(list, x.offers[name])
	}
	return list
}

// A Stage (批次状态) is where a run stands.
type Stage string

// The stages of a run.
const (
	Draft     Stage = "draft"
	Reckoning Stage = "reckoning"
	Reckoned  Stage = "reckoned"
	Reviewed  Stage = "reviewed"
	Posting   Stage = "posting" // approved, on its way into the ledger
	Posted    Stage = "posted"
	Sent      Stage = "sent"
	Closed    Stage = "closed"
	Refused   Stage = "refused"
)

// Stages in their order.
var Stages = []Stage{Draft, Reckoning, Reckoned, Reviewed, Posting, Posted, Sent, Closed, Refused}

// Words returns the stage in Chinese.
func (s Stage) Words() string {
	return map[Stage]string{Draft: "草拟", Reckoning: "核算中", Reckoned: "已核算", Reviewed: "已核对", Posting: "记账中", Posted: "已记账", Sent: "已送银行", Closed: "已结清",
		Refused: "已作废"}[s]
}

// A State (明细状态) is where a line stands; it is in exactly one.
type State string

// The states of a line.
const (
	Due      State = "due"      // reckoned, its money pledged
	Held     State = "held"     // not to be paid in this run; comes back in a later one
	Booked   State = "booked"   // spent in the ledger, on its way
	Paid     State = "paid"     // the bank said so
	Returned State = "returned" // the bank could not; comes back in a later run
	Carried  State = "carried"  // went into a later run
	Dropped  State = "dropped"  // its run was refused, or it is owed no longer
)

// States in their order.
var States = []State{Due, Held, Booked, Paid, Returned, Carried, Dropped}

// Words returns the state in Chinese.
func (s State) Words() string {
	return map[State]string{Due: "待发", Held: "暂缓", Booked: "在途", Paid: "已发", Returned: "退回", Carried: "转后续批次", Dropped: "不再发"}[s]
}

// A Run (发放批次) is the lines of a period that go to the bank together.
type Run struct {
	ID      db.ID
	Name    string
	Sources []string
	Want
	Place string
	Stage Stage

	Source, Parts, Posted int    // how far it is reckoned and posted
	Cursor                string // of Source

	Lines       int       // to be paid
	Fen         money.Fen // of those
	Withheld    money.Fen // of Fen, got back of claims
	Held        int
	HeldFen     money.Fen
	Known       int // proposed, and paid or on the way already
	Paid        int
	PaidFen     money.Fen
	Returned    int
	ReturnedFen money.Fen
	Trouble     string // why reckoning stopped
	SHA         string // of the bank file

	Maker, Reviewer, Approver Deed
	Reckoned                  db.Time
	Despite                   string // what the approver said about changes
	Sender                    Deed
	ClosedAt                  db.Time
}

// A Deed (经手) is who did a step, and when.
type Deed struct {
	Account db.ID
	Name    string
	At      db.Time
}

const runColumns = `id, name, sources, benefit, period, place, path, state, source, cursor, parts, posted, lines, fen, withheld, held, held_fen, known, paid, paid_fen,
	returned, returned_fen, trouble, sha, made_by, made_name, made_at, reckoned_at, reviewed_by, reviewed_name, reviewed_at, approved_by, approved_name, approved_at,
	approved_words, sent_name, sent_at, closed_at`

func scanRun(r *db.Rows) (v Run, err error) {
	var sources string
	err = r.Scan(&v.ID, &v.Name, &sources, &v.Benefit, &v.Period, &v.Place, &v.Path, (*string)(&v.Stage), &v.Source, &v.Cursor, &v.Parts, &v.Posted, &v.Lines,
		(*int64)(&v.Fen), (*int64)(&v.Withheld), &v.Held, (*int64)(&v.HeldFen), &v.Known, &v.Paid, (*int64)(&v.PaidFen), &v.Returned, (*int64)(&v.ReturnedFen), &v.Trouble, &v.SHA,
		&v.Maker.Account, &v.Maker.Name, &v.Maker.At, &v.Reckoned, &v.Reviewer.Account, &v.Reviewer.Name, &v.Reviewer.At, &v.Approver.Account, &v.Approver.Name, &v.Approver.At,
		&v.Despite, &v.Sender.Name, &v.Sender.At, &v.ClosedAt)
	v.Sources = strings.Split(sources, ",")
	return v, err
}

// The law that refusals rest on.
var (
	fourEyes = law.MustParse("accounting-law#25") // who approves, who handles and who keeps the books are different people
	budgeted = law.MustParse("budget-law#13")     // nothing is spent that the budget does not hold
	backDue  = law.MustParse("civil-code#985")    // what was got without ground is given back
)

func maker(by staff.Actor, path string) error {
	if !by.Has(staff.Finance, path, "") {
		return fault.Forbidden("发放由资金经办岗办理")
	}
	return nil
}

func checker(by staff.Actor, path string) error {
	if !by.Has(staff.Treasurer, path, "") {
		return fault.Forbidden("复核由资金复核岗办理")
	}
	return nil
}

// A Making (新批次) asks for a run.
type Making struct {
	Key     string
	Name    string
	Sources []string // names of offers; none: all
	Benefit string
	Period  string
	Place   string
}

// Make drafts a run. Returns invalid with every field that is wrong, and forbidden.
func (x *Runs) Make(tx *db.Tx, by staff.Actor, m Making) (db.ID, error) {
	return once.For(tx, by.AuditName(), m.Key, []any{"payrun.make", m}, func() (db.ID, error) {
		var wrong []fault.FieldError
		miss := func(field, format string, args ...any) {
			wrong = append(wrong, fault.FieldError{Field: field, Format: format, Args: args})
		}
		if len(m.Sources) == 0 {
			m.Sources = slices.Clone(x.order)
		}
		for _, s := range m.Sources {
			if _, ok := x.offers[s]; !ok {
				miss("sources", "没有“%s”这个发放来源", s)
			}
		}
		if len(m.Sources) == 0 {
			miss("sources", "请选择发放来源")
		}
		if !goodPeriod(m.Period) {
			miss("period", "期间应写成 2026-11 或 2026")
		}
		m.Name = strings.TrimSpace(m.Name)
		if m.Name == "" || utf8.RuneCountInString(m.Name) > 60 {
			miss("name", "请填写批次名称，不超过 60 字")
		}
		at, err := place.Get(tx, m.Place)
		if err != nil {
			miss("place", "请选择发放的区划")
		}
		if len(wrong) > 0 {
			return 0, fault.Fields(wrong)
		}
		if err := maker(by, at.Path); err != nil {
			return 0, err
		}
		id := db.NewID()
		err = tx.Exec(`insert into payrun_run (id, name, sources, benefit, period, place, path, state, made_by, made_name, made_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			id, m.Name, strings.Join(m.Sources, ","), m.Benefit, m.Period, m.Place, at.Path, string(Draft), by.Account, by.Name, db.At(tx.Now()))
		if err != nil {
			return 0, wrap("write run", err)
		}
		return id, record(tx, by, "payrun.make", id, m)
	})
}

// goodPeriod reports whether a period is a month or a year.
func goodPeriod(p string) bool {
	digits := func(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }
	switch len(p) {
	case 4:
		return digits(p)
	case 7:
		return digits(p[:4]) && p[4] == '-' && p[5:] >= "01" && p[5:] <= "12" && digits(p[5:])
	}
	return false
}

// Get returns a run to who may see its money. Returns notfound.
func (x *Runs) Get(tx *db.Tx, by staff.Actor, id db.ID) (Run, error) {
	r, err := runOf(tx, id)
	if err == nil && !ledger.Sees(by, r.Path) {
		return Run{}, fault.NotFound("没有这个发放批次")
	}
	return r, err
}

func runOf(tx *db.Tx, id db.ID) (Run, error) {
	list, err := db.Select(tx, scanRun, "select "+runColumns+" from payrun_run where id = ?", id)
	if err != nil {
		return Run{}, wrap("find run", err)
	}
	if len(list) == 0 {
		return Run{}, fault.NotFound("没有这个发放批次")
	}
	return list[0], nil
}

// List gives the runs whose money somebody may see, the latest first, below an id when that is not zero.
func (x *Runs) List(tx *db.Tx, by staff.Actor, before db.ID, limit int) ([]Run, error) {
	path, ok := ledger.Sight(by)
	if !ok {
		return nil, fault.Forbidden("您无权查看发放批次")
	}
	if before.IsZero() {
		before = 1<<63 - 1
	}
	from, end := place.Range(path)
	list, err := db.Select(tx, scanRun, "select "+runColumns+" from payrun_run where path >= ? and path < ? and id < ? order by id desc limit ?", from, end, before, limit)
	return list, wrap("list runs", err)
}

// move takes a run from one of some stages to another by a guarded update; sets adds columns with their values.
func move(tx *db.Tx, r *Run, to Stage, from []Stage, sets string, args ...any) error {
	if !slices.Contains(from, r.Stage) {
		return fault.Conflict("“%s”现在是“%s”，不能这样办", r.Name, r.Stage.Words())
	}
	args = append([]any{string(to)}, args...)
	n, err := tx.ExecCount("update payrun_run set state = ?"+sets+" where id = ? and state = ?", append(args, r.ID, string(r.Stage))...)
	if err != nil {
		return wrap("move run", err)
	}
	if n == 0 {
		now, err := runOf(tx, r.ID)
		if err != nil {
			return err
		}
		return taken(now)
	}
	r.Stage = to
	return nil
}

// taken tells that somebody else was first, and who.
func taken(r Run) error {
	who := r.Maker
	for _, d := range []Deed{r.Reviewer, r.Approver, r.Sender} {
		if d.Name != "" {
			who = d
		}
	}
	return fault.Conflict("“%s”刚由%s办过，现在是“%s”", r.Name, who.Name, r.Stage.Words())
}

// record writes a deed to the audit log.
func record(tx *db.Tx, by staff.Actor, verb string, id db.ID, detail any) error {
	city, err := place.City(tx)
	if err != nil {
		return err
	}
	text, err := json.Marshal(detail)
	if err != nil {
		return err
	}
	return audit.Record(tx, audit.Entry{City: city, Actor: by.AuditName(), Verb: verb, Subject: "payrun:" + id.String(), Detail: text})
}

func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}
