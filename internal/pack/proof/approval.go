package proof

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"linli/internal/flow"
	"linli/internal/pack"
)

func shares(x *pack.StepExample) []flow.Share {
	var list []flow.Share
	for _, office := range x.Shares {
		list = append(list, flow.Share{Office: office})
	}
	for office, number := range x.Reused {
		list = append(list, flow.Share{Office: office, Reused: number})
	}
	return list
}

// begun notes that a case of an item shows the item and the flow that it is made of.
func (s *story) begun() {
	if s.flow.Base != "" {
		s.touch("flow/" + s.flow.Base)
	}
	if s.ed.Item(s.flow.ID) != nil {
		s.touch("item/" + s.flow.ID)
	}
}

// sharedOut notes which parts of an approval the step exercised, by the names that the flow, its base and the item give them.
func (s *story) sharedOut(v flow.Verb, e flow.Effect) {
	if s.flow.Base != "" {
		s.touch("flow/" + s.flow.Base + "#step." + string(v))
		for _, t := range e.Touched {
			s.touch("flow/" + s.flow.Base + "#" + t)
		}
	}
	if slices.Contains(e.Touched, "clock."+pack.TermClock) {
		s.touch("item/" + s.flow.ID + "#term")
	}
	if s.flow.Approval == nil {
		return
	}
	if v == flow.Reply {
		s.touch("flow/" + s.flow.ID + "#approval")
	}
	for _, b := range s.now.Branches {
		if b.Office != "" && !b.Done.IsZero() {
			s.touch("flow/" + s.flow.ID + "#part." + b.Office)
			s.touch("item/" + s.flow.ID + "#joint." + b.Office)
		}
	}
}

// parts compares where each office's part stands, and what the step opens.
func (s *story) parts(path string, want *pack.Expect, at time.Time, e flow.Effect) {
	stands := map[string]string{}
	for _, b := range s.now.Branches {
		switch {
		case b.Reused != "":
			stands[b.Office] = "reused"
		case b.Verdict != "":
			stands[b.Office] = b.Verdict
		case b.Since.IsZero():
			stands[b.Office] = "waits"
		default:
			stands[b.Office] = "works"
		}
		if day, asked := want.PartBy[b.Office]; asked {
			s.end(path+".part-by."+b.Office, "环节期限", day, b.Due)
		}
	}
	for office, is := range want.Parts {
		s.same(path+".parts."+office, "环节", is, stands[office])
	}
	if want.Parts != nil {
		s.same(path+".parts", "环节数", fmt.Sprint(len(want.Parts)), fmt.Sprint(len(stands)))
	}
	if want.Opens == nil || e.Step == nil {
		return
	}
	var opened []string
	for _, o := range s.flow.Opened(&s.now, e.Step.Verb, at) {
		opened = append(opened, o.Flow)
		s.touch("flow/" + s.flow.ID + "#opens." + o.Flow)
	}
	for _, f := range s.ed.Flows {
		for range f.Hears(s.flow, &s.now, e.Step.Verb, at) {
			opened = append(opened, f.ID)
			for i, o := range f.OpenedBy {
				if o.On == e.Step.Verb {
					s.touch(fmt.Sprintf("flow/%s#opened-by.%d", f.ID, i+1))
				}
			}
		}
	}
	s.same(path+".opens", "引出的办件", strings.Join(slices.Sorted(slices.Values(want.Opens)), "、"), strings.Join(slices.Sorted(slices.Values(opened)), "、"))
}
