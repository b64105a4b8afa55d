package civil

import "time"

// Extended computes the deadline of a term that was extended, once or several times. Each extension begins where the term before it ended: in
// days, on the day after its last day; in hours, at its end. most is the longest that all extensions together may be (the zero Term: no
// ceiling), measured from the end of the original term; a longer extension is cut to it and the result is marked Capped.
func (l Law) Extended(from time.Time, t Term, by []Term, most Term, pauses []Pause) (Deadline, error) {
	w := walk{law: l, extension: len(by) > 0}
	r, err := w.reckon(from, t, pauses)
	if err != nil {
		return Deadline{}, err
	}
	base := r.deadline(&w, t, w.explain(t, r))
	if base.Stopped {
		return base, nil
	}
	d := base
	for _, more := range by {
		if d, err = l.extend(d, more, pauses, "延长"); err != nil || d.Stopped {
			return d, err
		}
	}
	if most.IsZero() || len(by) == 0 {
		return d, nil
	}
	ceiling, err := l.extend(base, most, pauses, "延长超过上限，按上限")
	if err != nil || ceiling.Stopped || !ceiling.Due.Before(d.Due) {
		return d, err
	}
	ceiling.Capped = true
	return ceiling, nil
}

// extend lets t follow the term that ended with d.
func (l Law) extend(d Deadline, t Term, pauses []Pause, lead string) (Deadline, error) {
	l.CountEventDay = false // the last day of the term before is used up
	from := d.Due
	if t.InDays() {
		from = d.LastDay.In(l.zone())
	}
	w := walk{law: l, extension: true}
	r, err := w.reckon(from, t, pauses)
	if err != nil {
		return Deadline{}, err
	}
	next := r.deadline(&w, t, w.explainExtension(t, r, d, lead))
	next.Provisional = next.Provisional || d.Provisional
	next.Steps = append(d.Steps[:len(d.Steps):len(d.Steps)], next.Steps...)
	return next, nil
}

func (w *walk) explainExtension(t Term, r reckoning, d Deadline, lead string) []string {
	s := &story{law: &w.law, year: d.LastDay.Year}
	s.add(lead).term(t)
	if t.InDays() {
		s.add("，自原期限最后一日").day(w.event).add("的次日起计算").end()
	} else {
		s.add("，自原期限届满之时起计算").end()
	}
	for _, p := range w.pauses {
		if !p.From.Before(d.Due) {
			w.tellPause(s, t, p, r)
		}
	}
	if t.Unit == WorkDay || t.Unit == WorkHour {
		w.tellDaysOff(s, t, r)
	}
	w.tellEnd(s, t, r)
	return s.steps()
}
