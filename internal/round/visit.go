package round

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/geo"
	"linli/internal/once"
	"linli/internal/pack"
	"linli/internal/place"
	"linli/internal/staff"
)

// A Visit (走访记录) is what somebody found at a point, as he writes it down.
type Visit struct {
	Key     string            `json:"key"` // made where it was written down; the same one is never recorded twice
	Point   db.ID             `json:"point"`
	Answers map[string]string `json:"answers"` // by item of the check list
	Words   string            `json:"words"`
	Says    []string          `json:"says"` // what else was found, each a finding of its own
	Photos  []string          `json:"photos"`
	At      time.Time         `json:"at"`    // zero: now
	Where   *Position         `json:"where"` // nil: not known
	For     db.ID             `json:"for"`   // who went, when somebody else writes it down; zero: the actor
}

// A Position (走访位置) is where somebody was, as his telephone said.
type Position struct {
	geo.Point
	Accuracy float64 `json:"accuracy"` // metres
}

// Done (走访结果) is what came of a visit.
type Done struct {
	Visit    db.ID     `json:"visit"`
	Percent  int       `json:"percent"` // of the points of the check list; -1: no list
	Grade    string    `json:"grade"`
	Findings []Finding `json:"findings"`
	Marks    []string  `json:"marks"` // "far": too far from the point; "late": after the day of the task

	Replayed bool `json:"-"` // it was recorded before
}

// MarkFar and MarkLate mark visits.
const (
	MarkFar  = "far"
	MarkLate = "late"
)

// maxVisitWords bounds what a visit says, in characters; maxSays what else it finds.
const (
	maxVisitWords = 2000
	maxSays       = 20
)

// Record writes a visit down, with its score, the grade of its subject and a case for each finding. The same key by the same person gives the first
// answer again. Returns notfound for a point that the actor has nothing to do with, invalid with every item without a fit answer, forbidden, and a refusal
// for who worked on the case that he would re-check.
func (x *Rounds) Record(tx *db.Tx, by staff.Actor, v Visit) (Done, error) {
	who := by
	if !v.For.IsZero() && v.For != by.Account {
		var err error
		if who, err = staff.ActorOf(tx, v.For, staff.ViaPage); err != nil {
			return Done{}, fault.Invalid("for", "请选择走访的人员")
		}
	}
	if v.Key == "" || len(v.Key) > once.MaxKey {
		return Done{}, fault.Invalid("key", "走访记录要有自己的编号，不超过 %d 个字节", once.MaxKey)
	}
	d, known, err := recorded(tx, who.Account, v.Key)
	if err != nil || known {
		return d, err
	}
	// Two copies that arrive together wait for each other here; later ones find the row.
	return once.For(tx, "visit:"+who.AuditName(), v.Key, v, func() (Done, error) { return x.visit(tx, by, who, v) })
}

// recorded returns what came of a visit that was written down before.
func recorded(tx *db.Tx, account db.ID, key string) (d Done, known bool, err error) {
	list, err := db.Select(tx, scanStored, `select `+storedColumns+` from round_visit v where account = ? and key = ?`, account, key)
	if err != nil || len(list) == 0 {
		return d, false, wrap("look for visit", err)
	}
	s := list[0]
	d = Done{Visit: s.ID, Percent: s.Percent, Grade: s.Grade, Marks: s.Marks, Replayed: true}
	d.Findings, err = findingsOf(tx, s.ID)
	return d, true, err
}

// visit does the work of Record.
func (x *Rounds) visit(tx *db.Tx, by, who staff.Actor, v Visit) (Done, error) {
	at, t, p, err := x.point(tx, v.Point)
	if err != nil {
		return Done{}, err
	}
	e, r, err := x.rule(&p)
	if err != nil {
		return Done{}, err
	}
	if err := x.mayVisit(tx, by, who, &p, &t, at, r); err != nil {
		return Done{}, err
	}
	if err := v.check(tx, &p); err != nil {
		return Done{}, err
	}
	s := Stored{ID: db.NewID(), Account: who.Account, Name: who.Name, Plan: p.ID, Task: t.ID, Point: at.ID, Kind: at.Kind, Subject: at.Subject,
		Place: at.Place, At: db.At(v.At), Words: v.Words, Answers: v.Answers, Photos: v.Photos, Percent: -1, Metres: -1}
	if who.Account != by.Account {
		s.Entered = by.Account
	}
	var failed []string
	list := e.Checklist(r.List)
	if list != nil {
		result, err := list.Judge(v.answers(list))
		if err != nil {
			return Done{}, err
		}
		s.List, s.Grade, failed = list.ID, result.Grade, result.Failed
		if result.Of > 0 {
			s.Percent = result.Percent
		}
	}
	s.measure(v.Where, at, r)
	if civil.DateOf(v.At, civil.Shanghai).After(t.Due) {
		s.Marks = append(s.Marks, MarkLate)
	}
	subject, err := standAfter(tx, &s, at, r)
	if err != nil {
		return Done{}, err
	}
	found := findings(list, failed, &v)
	s.Findings = len(found)
	if err := s.insert(tx, &p, at, v.Key); err != nil {
		return Done{}, err
	}
	d := Done{Visit: s.ID, Percent: s.Percent, Grade: s.Grade, Marks: s.Marks, Findings: []Finding{}}
	for i := range found {
		f := &found[i]
		f.Visit, f.Plan, f.At = s.ID, p.ID, s.At
		if err := x.find(tx, who, f, &p, r, finder{at: at, visit: &s, subject: subject, list: list}); err != nil {
			return d, err
		}
		d.Findings = append(d.Findings, *f)
	}
	if err := visited(tx, &p, &t, at, s.ID); err != nil {
		return d, err
	}
	return d, record(tx, by, "round.visit", s.ID, s)
}

// answers adds the photos of a visit as the answer to items that ask for one.
func (v *Visit) answers(l *pack.Checklist) map[string]string {
	out := map[string]string{}
	for k, a := range v.Answers {
		out[k] = strings.TrimSpace(a)
	}
	for _, i := range l.Items {
		if i.Kind == "photo" && out[i.ID] == "" && len(v.Photos) > 0 {
			out[i.ID] = v.Photos[0]
		}
	}
	return out
}

// check tidies what was written and says what is wrong with it.
func (v *Visit) check(tx *db.Tx, p *Plan) error {
	v.Words = strings.TrimSpace(v.Words)
	var says []string
	for _, s := range v.Says {
		if s = strings.TrimSpace(s); s != "" {
			says = append(says, s)
		}
	}
	v.Says = says
	now := tx.Now()
	if v.At.IsZero() || v.At.After(now) {
		v.At = now
	}
	switch {
	case utf8.RuneCountInString(v.Words) > maxVisitWords:
		return fault.Invalid("words", "走访情况不能超过 %d 字", maxVisitWords)
	case len(v.Says) > maxSays || slices.ContainsFunc(v.Says, func(s string) bool { return utf8.RuneCountInString(s) > 200 }):
		return fault.Invalid("says", "一次走访另外发现的问题不超过 %d 个，每个不超过 200 字", maxSays)
	case v.Where != nil && (!v.Where.Valid() || v.Where.IsZero()):
		return fault.Invalid("where", "位置不对：经度在 -180 到 180 之间，纬度在 -90 到 90 之间")
	case civil.DateOf(v.At, civil.Shanghai).Before(p.From):
		return fault.Invalid("at", "走访时间早于计划开始的 %s", p.From.Words())
	}
	return nil
}

// point loads a point with its task and plan.
func (x *Rounds) point(tx *db.Tx, id db.ID) (Point, Task, Plan, error) {
	list, err := db.Select(tx, scanPoint, `select `+pointColumns+` from round_point where id = ?`, id)
	if err == nil && len(list) == 0 {
		err = missingPoint()
	}
	if err != nil {
		return Point{}, Task{}, Plan{}, wrap("load point", err)
	}
	tasks, err := db.Select(tx, scanTask, `select `+taskColumns+` from round_task t join round_plan p on p.id = t.plan where t.id = ?`, list[0].task)
	if err == nil && len(tasks) == 0 {
		err = missingPoint()
	}
	if err != nil {
		return Point{}, Task{}, Plan{}, wrap("load point", err)
	}
	p, err := planOf(tx, tasks[0].Plan)
	return list[0], tasks[0], p, err
}

func missingPoint() error { return fault.NotFound("没有这个点位，或不由您巡查") }

// mayVisit checks that who goes is of those who go this round, that who writes it down may, and that nobody checks his own work.
func (x *Rounds) mayVisit(tx *db.Tx, by, who staff.Actor, p *Plan, t *Task, at Point, r *pack.Round) error {
	switch {
	case who.Account != by.Account && !p.Leads(by):
		return missingPoint()
	case !p.goes(who, t.Worker) && !p.goes(who, 0):
		return missingPoint()
	case place.Today(tx).After(p.To):
		return fault.Conflict("计划已于 %s 结束，不能再记走访", p.To.Words())
	case at.Kind != "case":
		return nil
	}
	id, err := db.ParseID(at.Subject)
	if err != nil {
		return err
	}
	worked, err := x.cases.Worked(tx, who, id)
	if err == nil && worked {
		err = fault.Refused(basis(r), "这一件由您或您的单位办理，应由别人复查")
	}
	return err
}

// measure notes where the visit was and marks it when that is too far from the point; how exact the position was is in the visitor's favour.
func (s *Stored) measure(w *Position, at Point, r *pack.Round) {
	if w == nil {
		return
	}
	s.Where = w
	if at.Lon == 0 && at.Lat == 0 {
		return
	}
	s.Metres = int(math.Round(geo.Distance(w.Point, geo.Point{Lon: at.Lon, Lat: at.Lat})))
	if float64(s.Metres)-w.Accuracy > float64(r.Far) {
		s.Far, s.Marks = true, append(s.Marks, MarkFar)
	}
}

// visited closes the point by its first visit, and the task and the plan's count with it.
func visited(tx *db.Tx, p *Plan, t *Task, at Point, visit db.ID) error {
	n, err := tx.ExecCount(`update round_point set visit = ? where id = ? and visit = 0`, visit, at.ID)
	if err != nil || n == 0 { // somebody was there before: this visit counts for itself only
		return wrap("close point", err)
	}
	err = tx.ExecOne(`update round_task set visited = visited + 1, state = case when visited + 1 >= points then 'done' else state end where id = ?`, t.ID)
	if err == nil {
		err = tx.ExecOne(`update round_plan set visited = visited + 1 where id = ?`, p.ID)
	}
	return wrap("close point", err)
}

// A Stored (走访登记) is a visit as it was written down.
type Stored struct {
	ID       db.ID             `json:"id"`
	Account  db.ID             `json:"account"`
	Name     string            `json:"name"`
	Entered  db.ID             `json:"entered_by"` // who wrote it down for him; zero: himself
	Plan     db.ID             `json:"plan"`
	Task     db.ID             `json:"task"`
	Point    db.ID             `json:"point"`
	Kind     string            `json:"kind"`
	Subject  string            `json:"subject"`
	Place    string            `json:"place"`
	At       db.Time           `json:"at"`
	Answers  map[string]string `json:"answers"`
	Words    string            `json:"words"`
	Photos   []string          `json:"photos"`
	Where    *Position         `json:"where"`
	Metres   int               `json:"metres"` // from the point; -1: not known
	Far      bool              `json:"far"`
	Marks    []string          `json:"marks"`
	List     string            `json:"list"`
	Percent  int               `json:"percent"`
	Grade    string            `json:"grade"`
	Key      bool              `json:"key"` // the subject was a key one when it was visited
	Findings int               `json:"findings"`
}

const storedColumns = `v.id, v.account, v.name, v.entered_by, v.plan, v.task, v.point, v.kind, v.subject, v.place, v.at, v.answers, v.words, v.photos, v.lon, v.lat, v.accuracy,
	v.metres, v.far, v.marks, v.list, v.percent, v.grade, v.is_key, v.findings`

func scanStored(r *db.Rows) (s Stored, err error) {
	var answers, photos, marks string
	var lon, lat, accuracy int64
	err = r.Scan(&s.ID, &s.Account, &s.Name, &s.Entered, &s.Plan, &s.Task, &s.Point, &s.Kind, &s.Subject, &s.Place, &s.At, &answers, &s.Words, &photos,
		&lon, &lat, &accuracy, &s.Metres, &s.Far, &marks, &s.List, &s.Percent, &s.Grade, &s.Key, &s.Findings)
	if err != nil {
		return s, err
	}
	s.Photos, s.Marks = split(photos), split(marks)
	if lon != 0 || lat != 0 {
		s.Where = &Position{geo.Of(lon, lat), float64(accuracy)}
	}
	return s, json.Unmarshal([]byte(answers), &s.Answers)
}

func split(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' })
}

func (s *Stored) insert(tx *db.Tx, p *Plan, at Point, key string) error {
	answers, err := json.Marshal(s.Answers)
	if err != nil {
		return err
	}
	var lon, lat, accuracy int64
	if s.Where != nil {
		lon, lat = s.Where.Millionths()
		accuracy = int64(math.Round(s.Where.Accuracy))
	}
	err = tx.Exec(`insert into round_visit (id, key, account, name, entered_by, plan, task, point, document, round, pack_version, kind, subject, unit, watch, place, path, at,
		received_at, month, answers, words, photos, lon, lat, accuracy, metres, far, marks, list, percent, grade, is_key, findings)
		values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		s.ID, key, s.Account, s.Name, s.Entered, s.Plan, s.Task, s.Point, p.Document, p.Round, p.Pack, s.Kind, s.Subject, p.Unit, p.Watch, s.Place, at.path, s.At,
		db.At(tx.Now()), civil.DateOf(s.At.Time, civil.Shanghai).String()[:7], string(answers), s.Words, strings.Join(s.Photos, ","), lon, lat, accuracy,
		s.Metres, flag(s.Far), strings.Join(s.Marks, ","), s.List, s.Percent, s.Grade, flag(s.Key), s.Findings)
	return wrap("write visit", err)
}

// VisitOf returns a visit that the actor sees: his own, or of a plan that he sees. Returns notfound.
func (x *Rounds) VisitOf(tx *db.Tx, by staff.Actor, id db.ID) (Stored, Plan, error) {
	list, err := db.Select(tx, scanStored, `select `+storedColumns+` from round_visit v where v.id = ?`, id)
	if err != nil {
		return Stored{}, Plan{}, wrap("load visit", err)
	}
	missing := fault.NotFound("没有这次走访，或您无权查看")
	if len(list) == 0 {
		return Stored{}, Plan{}, missing
	}
	p, err := planOf(tx, list[0].Plan)
	if err == nil && !p.Sees(by) && list[0].Account != by.Account {
		err = missing
	}
	return list[0], p, err
}

// Visits lists the visits of a plan that the actor sees, the latest first.
func (x *Rounds) Visits(tx *db.Tx, by staff.Actor, plan db.ID) ([]Stored, error) {
	if _, err := x.Get(tx, by, plan); err != nil {
		return nil, err
	}
	list, err := db.Select(tx, scanStored, `select `+storedColumns+` from round_visit v where v.plan = ? order by v.id desc limit 500`, plan)
	return list, wrap("list visits", err)
}
