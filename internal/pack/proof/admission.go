package proof

import (
	"strconv"
	"strings"

	"linli/internal/fault"
	"linli/internal/law"
	"linli/internal/pack"
)

func tryAdmission(r *Result) {
	x := r.Example.Admission
	e := r.latest()
	a := e.Admission(x.ID)
	if a == nil {
		r.bad("admission.id", "没有准入 %s", x.ID)
		return
	}
	r.touch("admission/" + x.ID)
	k := pack.Admitted{Number: x.Number, State: x.State, Sender: x.Sender, To: x.For}
	if f := e.Form(e.Flow(a.Flow).Form); f != nil && x.Given != nil {
		clean, errs := f.Check(x.Given)
		for _, e := range errs {
			r.bad("admission.given", "%s：%s", e.Field, e.Message())
		}
		k.Fields = clean
	}
	s := pack.Sending{From: x.From, To: x.To, Table: x.Table}
	if x.Until != "" {
		s.Until = r.date("admission.until", x.Until)
	}
	r.refusal(a.Judge(k, s), x)
	for id, want := range x.Load {
		m := a.Measure(id)
		if m == nil {
			r.bad("admission.load", "没有负担项目 %s", id)
			continue
		}
		r.touch("admission/" + x.ID + "#" + id)
		r.same("admission.load."+id, m.Name, want, thousandths(m.Asked(k.Fields))+"/"+thousandths(m.Brought(k.Fields)))
	}
}

func (r *Result) refusal(err error, x *pack.AdmissionExample) {
	switch {
	case err == nil && x.Refused == "":
	case err == nil:
		r.bad("admission.refused", "应被拒绝，却准许了")
	case x.Refused == "":
		r.bad("admission", "未能下派：%s", err)
	default:
		want := x.Refused
		if !strings.Contains(want, "#") {
			want = r.Pack.Document.ID + "#" + want
		}
		c, bad := law.Parse(want)
		if bad != nil {
			r.bad("admission.refused", "条款写法不对：%s", x.Refused)
		}
		r.same("admission.refused", "拒绝的依据", c.String(), fault.As(err).Clause.String())
		if !strings.Contains(err.Error(), x.Because) {
			r.bad("admission.because", "拒绝的理由“%s”中没有“%s”", err, x.Because)
		}
	}
}

func thousandths(n int64) string { return strconv.FormatFloat(float64(n)/1000, 'f', -1, 64) }
