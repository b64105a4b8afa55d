package resident

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"linli/internal/blob"
	"linli/internal/casework"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/flow"
	"linli/internal/law"
	"linli/internal/web/part"
	"linli/internal/web/ui"
)

// A folder is a case as its reporter sees it.
type folder struct {
	door
	*casework.Progress
	Flow   *flow.Flow
	State  string
	Holder string
	Place  string
	Clocks []ui.Clock
	Steps  []ui.Step // newest first
	Asked  string    // what material is wanted, in the words of who wants it
	Urged  bool      // today
	Grade  int
	Typed  map[string]string // of a form that is shown again
	Wrong  ui.Errors
	At     string // verb whose form is wrong
}

func (p *Pages) show(w http.ResponseWriter, r *http.Request, d door) error {
	f, err := p.folder(r.Context(), d)
	if err != nil {
		return err
	}
	return ui.Render(w, r, casePage(f))
}

func (p *Pages) folder(ctx context.Context, d door) (*folder, error) {
	f := &folder{door: d, Typed: map[string]string{}}
	err := p.Town.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if f.Progress, err = d.see(tx); err != nil {
			return err
		}
		k := f.Case
		if f.Clocks, err = p.clocks(tx, k); err != nil {
			return err
		}
		if f.Urged, err = p.Town.Cases.UrgedToday(tx, k.ID); err != nil {
			return err
		}
		links, err := blob.List(tx, part.Subject(k.ID))
		if err != nil {
			return err
		}
		p.tellSteps(ctx, f, links)
		return nil
	})
	if err != nil {
		return nil, err
	}
	k := f.Case
	f.Flow = p.flowOf(k)
	f.State, f.Holder, f.Place = part.StateName(ctx, f.Flow, k.State()), p.holder(ctx, k), p.Town.Place(k.Place)
	return f, nil
}

// can reports whether the reporter may take this step now.
func (f *folder) can(v flow.Verb) bool { return slices.Contains(f.Actions, v) }

// turning are the steps that a reporter looks for first.
var turning = map[flow.Verb]bool{flow.Register: true, flow.Accept: true, flow.Ask: true, flow.Reply: true, flow.Close: true,
	flow.Refuse: true, flow.Reopen: true}

// tellSteps turns the history into what a reporter reads: units instead of officials, himself as "you".
func (p *Pages) tellSteps(ctx context.Context, f *folder, links []blob.Link) {
	fl := p.flowOf(f.Case)
	for _, s := range slices.Backward(f.Progress.Steps) {
		out := ui.Step{At: s.At, What: part.VerbName(ctx, fl, s.Verb), Words: s.Words, Key: turning[s.Verb], Clause: s.Clause}
		switch {
		case byReporter(s):
			out.Who = ui.T(ctx, "反映人")
		case s.Unit != "":
			out.Who = p.Town.Unit(s.Unit)
		default:
			out.Who = ui.T(ctx, "平台")
		}
		if s.Act.To != "" {
			out.What += " → " + p.Town.Unit(s.Act.To)
		}
		if out.Clause.IsZero() {
			first, _, _ := strings.Cut(s.Basis, ",")
			if c, err := law.Parse(first); err == nil {
				out.Clause = c
			}
		}
		out.Gist = p.Town.Gist(out.Clause)
		out.Facts = stepFacts(ctx, s)
		out.Files = filesOf(f.Base, s.Files, links)
		switch s.Verb {
		case flow.Lapse:
			out.Mark = ui.Red
		case flow.Ask:
			out.Mark = ui.Paused
			if f.Case.State() == flow.Waiting && f.Asked == "" {
				f.Asked = s.Words
			}
		case flow.Rate:
			f.Grade = max(f.Grade, s.Act.Grade)
		}
		f.Steps = append(f.Steps, out)
	}
}

// byReporter reports whether a step is a reporter's.
func byReporter(s casework.Step) bool { return strings.Contains(s.Roles, string(flow.Reporter)) }

func stepFacts(ctx context.Context, s casework.Step) []ui.Pair {
	var list []ui.Pair
	if o := part.OutcomeName(ctx, s.Act.Outcome); o != "" {
		list = append(list, ui.Pair{Name: ui.T(ctx, "结果"), Text: o})
	}
	if g := part.GradeName(ctx, s.Act.Grade); g != "" {
		list = append(list, ui.Pair{Name: ui.T(ctx, "评价"), Text: g})
	}
	return list
}

func filesOf(base, hashes string, links []blob.Link) []ui.File {
	var list []ui.File
	for h := range strings.SplitSeq(hashes, ",") {
		i := slices.IndexFunc(links, func(l blob.Link) bool { return l.Hash == h })
		if i >= 0 && h != "" {
			list = append(list, ui.File{Name: links[i].Name, Href: base + "/files/" + h, Size: links[i].Size})
		}
	}
	return list
}

// again shows the case with the form of a step as it was filled in, when err is about it.
func (p *Pages) again(w http.ResponseWriter, r *http.Request, d door, v flow.Verb, err error) error {
	if fault.KindOf(err) != fault.KindInvalid {
		return err
	}
	f, failed := p.folder(r.Context(), d)
	if failed != nil {
		return failed
	}
	f.At = string(v)
	for _, name := range []string{"words", "remark", "grade"} {
		f.Typed[name] = r.PostFormValue(name)
	}
	return ui.Again(answering(w, err), r, err, func(wrong ui.Errors) templ.Component {
		f.Wrong = wrong
		return casePage(f)
	})
}
