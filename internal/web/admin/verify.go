package admin

import (
	"context"
	"encoding/json"
	"net/http"
	"sync"
	"time"

	"linli/internal/audit"
	"linli/internal/blob"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/job"
	"linli/internal/staff"
	"linli/internal/web/ui"
)

// The kinds of job of these pages, and that by which the program tidies up.
const (
	verifyKind = "admin.verify"
	backupKind = "admin.backup"
	dailyKind  = "app.daily"
)

// A Verdict is what a verification found.
type Verdict struct {
	Logs  []audit.Report `json:"logs"`
	Keys  []string       `json:"missing_keys"`  // that the register needs and its key file lacks
	Files []blob.Damage  `json:"damaged_files"` // attachments missing or changed
	Books []string       `json:"wrong_books"`   // what of the books and of pay runs does not agree, in a sentence each
}

// OK reports whether nothing is wrong.
func (v Verdict) OK() bool {
	for _, l := range v.Logs {
		if !l.OK() {
			return false
		}
	}
	return len(v.Keys) == 0 && len(v.Files) == 0 && len(v.Books) == 0
}

// checked is a verification that has ended. It lies in the log itself, as the detail of its entry, which has bounds: of
// what is wrong the counts are complete and the words are the first ones.
type checked struct {
	Job     db.ID
	At      time.Time
	Verdict Verdict
	Damaged int // files; Verdict.Files holds the first
}

// longestList bounds each list that an entry keeps, so that it fits whatever is wrong.
const longestList = 5

// keptVerdict is the form in which a checked verdict lies in the log.
type keptVerdict struct {
	Verdict
	Damaged int `json:"damaged"`
}

func kept(v Verdict) keptVerdict {
	k := keptVerdict{v, len(v.Files)}
	k.Files, k.Keys = v.Files[:min(longestList, len(v.Files))], v.Keys[:min(longestList, len(v.Keys))]
	k.Books = v.Books[:min(longestList, len(v.Books))]
	k.Logs = nil
	left := longestList
	for _, l := range v.Logs {
		n := min(left, len(l.Findings))
		l.Findings = l.Findings[:n:n]
		for i := range l.Findings {
			l.Findings[i].Why = short(l.Findings[i].Why, 80)
		}
		left -= n
		k.Logs = append(k.Logs, l)
	}
	return k
}

// lastChecked is the newest verification that ended, nil when there is none.
func lastChecked(tx *db.Tx) (*checked, error) {
	jobs, err := job.List(tx, job.Filter{Kind: verifyKind, State: job.Done, Limit: 1})
	if err != nil || len(jobs) == 0 {
		return nil, err
	}
	return readChecked(tx, jobs[0].ID)
}

func readChecked(tx *db.Tx, id db.ID) (*checked, error) {
	list, err := audit.Of(tx, "verify:"+id.String(), logShown)
	if err != nil {
		return nil, err
	}
	for _, e := range list {
		if e.Verb != "verify" {
			continue
		}
		var k keptVerdict
		if err := json.Unmarshal(e.Detail, &k); err != nil {
			return nil, fault.Internal(err, "核验结果读不出来")
		}
		return &checked{Job: id, At: e.At.Time, Verdict: k.Verdict, Damaged: k.Damaged}, nil
	}
	return nil, nil
}

type verifyArgs struct {
	By string `json:"by"` // as the log names him
}

// startVerify enqueues a verification; one that waits already is the same one.
func (p *Pages) startVerify(w http.ResponseWriter, r *http.Request) error {
	id, _, err := p.once(r, func(tx *db.Tx, by staff.Actor) (string, error) {
		id, err := job.Enqueue(tx, verifyKind, verifyArgs{by.AuditName()}, job.Unique("city"), job.Attempts(3))
		if err != nil {
			return "", err
		}
		return id.String(), record(tx, by.AuditName(), "start-verify", "verify:"+id.String(), nil)
	})
	return ui.Done(w, r, err, "/admin/log/verify/"+id, ui.T(r.Context(), "已开始；可以离开本页，过后再来看结果"))
}

// verifyJob examines everything and writes what it found into the log.
func (p *Pages) verifyJob(ctx context.Context, t *job.Task) (job.Settle, error) {
	var args verifyArgs
	if err := t.Job.Decode(&args); err != nil {
		return nil, job.Permanent(err)
	}
	ctx, beat, stop := keepAlive(ctx, t)
	defer stop()
	v, err := p.Verify(ctx, beat)
	if err != nil {
		return nil, err
	}
	return func(tx *db.Tx) error { return record(tx, args.By, "verify", "verify:"+t.Job.ID.String(), kept(v)) }, nil
}

// beatEvery is how often long work says that it is alive; a lease is a minute.
const beatEvery = 2 * time.Second

// keepAlive notes progress and renews the lease of a job until stop is called, also while the work itself says nothing. A
// lost lease ends the returned context. beat may be called as often as one likes.
func keepAlive(ctx context.Context, t *job.Task) (work context.Context, beat func(done, total int64), stop func()) {
	work, cancel := context.WithCancelCause(ctx)
	var mu sync.Mutex
	var done, total int64
	var all sync.WaitGroup
	all.Go(func() {
		tick := time.NewTicker(beatEvery)
		defer tick.Stop()
		for {
			select {
			case <-work.Done():
				return
			case <-tick.C:
			}
			mu.Lock()
			n, of := done, total
			mu.Unlock()
			if err := t.Progress(work, n, of, ""); err != nil && fault.KindOf(err) == fault.KindConflict {
				cancel(err)
				return
			}
		}
	})
	beat = func(n, of int64) {
		mu.Lock()
		done, total = n, of
		mu.Unlock()
	}
	return work, beat, func() { cancel(context.Canceled); all.Wait() }
}

// verificationsPage lists the verifications, the latest first.
type verificationsPage struct {
	Jobs   []job.Job
	Found  map[db.ID]*checked
	Names  map[string]string
	Now    time.Time
	MayAct bool
}

func (p *Pages) verifications(w http.ResponseWriter, r *http.Request) error {
	page := &verificationsPage{Found: map[db.ID]*checked{}, MayAct: p.mayAct(r.Context())}
	err := p.Town.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		page.Now = tx.Now()
		if page.Jobs, err = job.List(tx, job.Filter{Kind: verifyKind, Limit: 20}); err != nil {
			return err
		}
		var actors []string
		for _, j := range page.Jobs {
			if page.Found[j.ID], err = readChecked(tx, j.ID); err != nil {
				return err
			}
			actors = append(actors, startedBy(j))
		}
		page.Names, err = names(tx, actors)
		return err
	})
	if err != nil {
		return err
	}
	return ui.Render(w, r, showVerifications(page))
}

// startedBy is who asked for a job of these pages.
func startedBy(j job.Job) string {
	var args verifyArgs
	if err := j.Decode(&args); err != nil {
		return ""
	}
	return args.By
}

func (v *verificationsPage) table(ctx context.Context) ui.Table {
	t := ui.Table{Caption: ui.T(ctx, "历次核验"), Cols: []ui.Col{{Name: ui.T(ctx, "时间"), Main: true}, {Name: ui.T(ctx, "谁")}, {Name: ui.T(ctx, "结果")}},
		Empty: ui.Empty(ui.T(ctx, "还没有核验过"), ui.T(ctx, "核验会逐条复算日志，并检查密钥和附件。"))}
	for _, j := range v.Jobs {
		row := ui.TableRow{ID: j.ID.String(), Cells: []ui.Cell{{Text: ui.Brief(ctx, j.CreatedAt.Time, v.Now), Href: "/admin/log/verify/" + j.ID.String()},
			{Text: actorWords(ctx, v.Names, startedBy(j))}, {Text: outcome(ctx, j, v.Found[j.ID])}}}
		if c := v.Found[j.ID]; c != nil && !c.Verdict.OK() {
			row.Mark = ui.Red
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// outcome says in a few words how a verification ended, or where it is.
func outcome(ctx context.Context, j job.Job, c *checked) string {
	switch {
	case c == nil:
		return ui.T(ctx, stateName(j.State))
	case c.Verdict.OK():
		return ui.T(ctx, "没有发现问题")
	}
	return ui.T(ctx, "发现不符")
}

// verificationPage is one verification: its progress, or what it found.
type verificationPage struct {
	Job  job.Job
	Done *checked
	Now  time.Time
}

func (p *Pages) verification(w http.ResponseWriter, r *http.Request) error {
	page := &verificationPage{}
	err := p.Town.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		page.Now = tx.Now()
		if page.Done, err = readChecked(tx, ui.ID(r)); err != nil {
			return err
		}
		page.Job, err = job.Get(tx, ui.ID(r))
		if page.Done != nil && fault.KindOf(err) == fault.KindNotFound { // the job was tidied away; the log keeps its result
			page.Job, err = job.Job{ID: ui.ID(r), Kind: verifyKind, State: job.Done}, nil
		}
		return err
	})
	if err != nil {
		return err
	}
	if page.Job.Kind != verifyKind {
		return fault.NotFound("没有这次核验")
	}
	if ui.Partial(r) {
		return ui.Render(w, r, verificationState(page))
	}
	return ui.Render(w, r, showVerification(page))
}

func reportFacts(ctx context.Context, l audit.Report) []ui.Pair {
	return []ui.Pair{{Name: ui.T(ctx, "核对的记录"), Text: ui.Count(l.Entries)}, {Name: ui.T(ctx, "核对的检查点"), Text: ui.Count(l.Checkpoints)},
		{Name: ui.T(ctx, "复算的步骤和通报"), Text: ui.Count(l.Witnessed)}, {Name: ui.T(ctx, "不符"), Text: ui.Count(l.Wrong)}}
}

func damageWord(ctx context.Context, f blob.Damage) string {
	if f.Missing {
		return ui.T(ctx, "丢失")
	}
	return ui.T(ctx, "内容改变")
}
