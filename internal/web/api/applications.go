package api

import (
	"context"
	"net/http"
	"time"

	"linli/internal/casework"
	"linli/internal/db"
	"linli/internal/flow"
	"linli/internal/place"
	"linli/internal/service"
	"linli/internal/staff"
	"linli/internal/web/session"
)

// filers are the roles that may read the file of an application whose case they see.
var filers = []staff.Role{staff.Desk, staff.Dispatcher, staff.Handler, staff.Supervisor, staff.Leader}

// An Application is what somebody asks for, as he filled it in. What is known need not be said.
type Application struct {
	Item string `json:"item" maxLength:"100"`
	Saying
	Place     string            `json:"place" maxLength:"40" doc:"在哪里办：区划代码"`
	Name      string            `json:"name,omitempty" maxLength:"60" doc:"没有登记过的申请人"`
	Phone     string            `json:"phone,omitempty" maxLength:"40"`
	IDNumber  string            `json:"id_number,omitempty" maxLength:"40"`
	Materials map[string]string `json:"materials,omitempty" maxProperties:"100" doc:"每份材料：given 现在交，owed 后补"`
	Files     []string          `json:"files,omitempty" maxItems:"20" doc:"先上传的附件"`
	Proxy     string            `json:"proxy,omitempty" maxLength:"60" doc:"代办人姓名"`
	Authority string            `json:"authority,omitempty" maxLength:"200" doc:"查验的委托凭证"`
	Agent     bool              `json:"agent,omitempty" doc:"由受理人全程代办"`
	Signers   []string          `json:"signers,omitempty" maxItems:"20" doc:"还须签字的人"`
}

// An Applied is what an applicant is given.
type Applied struct {
	Receipt
	Signers []Signer `json:"signers" doc:"每人的签字码"`
	Taken   bool     `json:"taken" doc:"窗口已受理并送各单位办理"`
}

// A Signer has to sign beside the applicant.
type Signer struct {
	Name   string    `json:"name"`
	Code   string    `json:"code,omitempty" doc:"还没有签时"`
	Signed time.Time `json:"signed,omitzero"`
}

// A Filing is an application with its case.
type Filing struct {
	Case      db.ID             `json:"case"`
	Number    string            `json:"number"`
	Item      string            `json:"item"`
	Name      string            `json:"name"`
	State     string            `json:"state"`
	Outcome   string            `json:"outcome,omitempty"`
	Person    db.ID             `json:"person,omitzero"`
	Filled    map[string]string `json:"filled" doc:"敏感的打码"`
	Sources   map[string]string `json:"sources" doc:"不是申请人填写的，来自哪里"`
	Proxy     string            `json:"proxy,omitempty"`
	Authority string            `json:"authority,omitempty"`
	Channel   string            `json:"channel"`
	Green     bool              `json:"green,omitempty"`
	Taken     time.Time         `json:"taken,omitzero" doc:"何时受理"`
	Recorded  time.Time         `json:"recorded,omitzero" doc:"决定何时记入登记"`
	Missing   string            `json:"missing,omitempty" doc:"没有能记入的，须补"`
	Materials []Held            `json:"materials"`
	Signers   []Signer          `json:"signers"`
	Parts     []FilingPart      `json:"parts" doc:"各单位同时办理的情况"`
	Result    *ResultDocument   `json:"result,omitempty"`
	Next      []NextItem        `json:"next" doc:"办成后可以接着办的"`
}

// A Held is a material of an application as it stands.
type Held struct {
	ID     string    `json:"id"`
	Name   string    `json:"name"`
	State  string    `json:"state" enum:"had,given,owed"`
	Source string    `json:"source,omitempty"`
	Due    time.Time `json:"due,omitzero"`
}

// A FilingPart is how far one office is with its part.
type FilingPart struct {
	Unit    string    `json:"unit"`
	Verdict string    `json:"verdict,omitempty"`
	Words   string    `json:"words,omitempty"`
	Clause  string    `json:"clause,omitempty"`
	Since   time.Time `json:"since,omitzero"`
	Due     time.Time `json:"due,omitzero"`
	Reused  string    `json:"reused,omitempty" doc:"已有的文书，不再重复办理"`
}

// A ResultDocument is what a decision gave.
type ResultDocument struct {
	Document string `json:"document"`
	Number   string `json:"number"`
	Issued   string `json:"issued"`
	Until    string `json:"until,omitempty" doc:"有效期的最后一日；没有则长期"`
}

type applyInput struct {
	Keyed
	Body Application
}

type filingStepInput struct {
	OfCase
	Keyed
}

type bringInput struct {
	OfCase
	Keyed
	Body struct {
		Material string `json:"material" maxLength:"100"`
	}
}

type applicantInput struct {
	Body struct {
		Number string `json:"number" minLength:"2" maxLength:"40" doc:"身份证号或电话"`
	}
}

func (a *API) registerApplications() {
	add(a, operation{method: http.MethodPost, path: "/applications/applicant", id: "findApplicant", tag: "办事", title: "窗口按身份证号或电话找到来办事的人；每次记入日志", scope: read, roles: []staff.Role{staff.Desk}}, a.applicant)
	add(a, operation{method: http.MethodPost, path: "/applications", id: "apply", tag: "办事", title: "申请；窗口收的当场受理", scope: anyone, status: http.StatusCreated}, a.apply)
	add(a, operation{method: http.MethodGet, path: "/applications/{id}", id: "getApplication", tag: "办事", title: "一份申请：填写、材料、签字、各单位、结果", scope: read, roles: filers}, a.application)
	add(a, operation{method: http.MethodPost, path: "/applications/{id}/take", id: "takeApplication", tag: "办事", title: "受理并送各单位办理", scope: write, roles: []staff.Role{staff.Desk}, status: http.StatusCreated}, a.takeApplication)
	add(a, operation{method: http.MethodPost, path: "/applications/{id}/materials", id: "bringMaterial", tag: "办事", title: "收下后补的材料", scope: write, roles: []staff.Role{staff.Desk}}, a.bring)
	add(a, operation{method: http.MethodGet, path: "/my/applications", id: "listMyApplications", tag: "办事", title: "我的申请，最近的在前", scope: read, roles: []staff.Role{staff.Resident}}, a.myApplications)
}

// applicant finds whoever stands at a window.
func (a *API) applicant(ctx context.Context, in *applicantInput) (*out[Subject], error) {
	var s Subject
	return answer(&s, a.DB.Write(ctx, func(tx *db.Tx) error {
		id, err := a.Window.Look(tx, session.From(ctx), in.Body.Number)
		s = Subject{Kind: "person", ID: id}
		return under("number", err)
	}))
}

func (b *Application) application(by staff.Actor, key string) service.Application {
	x := service.Application{Key: key, Item: b.Item, Person: applicant(by, b.Person), Name: b.Name, Phone: b.Phone, IDNo: b.IDNumber, Says: b.Says, Place: b.Place, Materials: b.Materials,
		Files: b.Files, Proxy: b.Proxy, Authority: b.Authority, Agent: b.Agent, Signers: b.Signers, Channel: "net"}
	if by.HasAny(staff.Desk) {
		x.Channel = "window"
	}
	return x
}

func (a *API) apply(ctx context.Context, in *applyInput) (*written[Applied], error) {
	if err := mayWrite(ctx); err != nil {
		return nil, err
	}
	b := &in.Body
	return do(ctx, a, in.Key, "apply", b, func(tx *db.Tx, by staff.Actor) (Applied, error) {
		x := b.application(by, in.Key)
		r, err := a.Window.Apply(tx, by, x)
		if err != nil {
			return Applied{}, err
		}
		if err := a.attach(tx, by, r.Case, b.Files); err != nil {
			return Applied{}, err
		}
		signers, err := service.Signers(tx, r.Case)
		done := Applied{Receipt: receiptOf(r), Signers: each(signers, signerOf)}
		if err != nil || x.Channel != "window" || len(signers) > 0 {
			return done, err
		}
		_, err = a.Window.Take(tx, by, r.Case, in.Key)
		done.Taken = err == nil
		return done, err
	})
}

func (a *API) application(ctx context.Context, in *OfCase) (*out[Filing], error) {
	var x Filing
	return answer(&x, a.read(ctx, func(tx *db.Tx) error {
		f, err := a.Window.Of(tx, session.From(ctx), in.id())
		if err == nil {
			x = filingOf(tx, f)
		}
		return err
	}))
}

func (a *API) myApplications(ctx context.Context, _ *struct{}) (*out[List[Filing]], error) {
	by := session.From(ctx)
	var list []Filing
	err := a.read(ctx, func(tx *db.Tx) error {
		found, err := a.Window.Mine(tx, by, by.Person)
		list = each(found, func(f *service.Filing) Filing { return filingOf(tx, f) })
		return err
	})
	if err != nil {
		return nil, err
	}
	return all(list), nil
}

func (a *API) takeApplication(ctx context.Context, in *filingStepInput) (*written[Done], error) {
	var d casework.Done
	err := a.DB.Write(ctx, func(tx *db.Tx) (err error) {
		d, err = a.Window.Take(tx, session.From(ctx), in.id(), in.Key)
		return err
	})
	if err != nil {
		return nil, err
	}
	return doneOf(d), nil
}

func (a *API) bring(ctx context.Context, in *bringInput) (*written[Filing], error) {
	return do(ctx, a, in.Key, "bring "+in.ID, in.Body, func(tx *db.Tx, by staff.Actor) (Filing, error) {
		if err := a.Window.Bring(tx, by, in.id(), in.Body.Material); err != nil {
			return Filing{}, err
		}
		f, err := a.Window.Of(tx, by, in.id())
		if err != nil {
			return Filing{}, err
		}
		return filingOf(tx, f), nil
	})
}

func signerOf(s service.Signer) Signer {
	if !s.Signed.IsZero() {
		s.Code = ""
	}
	return Signer{s.Name, s.Code, s.Signed.Time}
}

func filingOf(tx *db.Tx, f *service.Filing) Filing {
	x := Filing{Case: f.Case.ID, Number: f.Case.Number, Item: f.Item.ID, Name: f.Item.Name, State: string(f.Case.State()), Outcome: f.Case.Situation.Outcome, Person: f.Person, Filled: f.Filled,
		Sources: f.Sources, Proxy: f.Proxy, Authority: f.Authority, Channel: f.Channel, Green: f.Green, Taken: f.Taken.Time, Recorded: f.Recorded.Time, Missing: f.Missing,
		Signers: each(f.Signers, signerOf), Next: each(f.Next(place.Today(tx)), nextItemOf),
		Materials: each(f.Materials, func(m service.Held) Held { return Held{m.Material.ID, m.Material.Name, m.State, m.Source, m.Due.Time} })}
	x.Parts = each(f.Case.Situation.Branches, func(b flow.Branch) FilingPart {
		p := FilingPart{Unit: b.Unit, Verdict: b.Verdict, Words: b.Words, Since: b.Since, Due: b.Due, Reused: b.Reused}
		if !b.Clause.IsZero() {
			p.Clause = b.Clause.String()
		}
		return p
	})
	if r := f.Result; r != nil {
		x.Result = &ResultDocument{r.Document, r.Number, r.Issued.String(), r.Until.String()}
	}
	return x
}
