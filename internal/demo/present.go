package demo

import (
	"fmt"
	"time"

	"linli/internal/flow"
)

// A live case is one that stands at a certain point at present, so that everybody has something to do on his page.
type live struct {
	turn   turn
	matter *matter
	age    time.Duration // in working time
	mine   bool          // of the resident with an account
}

const (
	hour = time.Hour
	day  = 8 * time.Hour // of work
)

func about(kind string) *matter {
	for i := range matters {
		if matters[i].kind == kind {
			return &matters[i]
		}
	}
	panic("demo: no matter " + kind)
}

// present lists the open cases of the last weeks: each flow at each of its states, at ages that make some green, some
// yellow, some red, and what the resident with an account sees.
func (b *build) present() []live {
	var list []live
	add := func(t turn, kind string, age time.Duration) {
		list = append(list, live{turn: t, matter: about(kind), age: age})
	}
	for i, kind := range []string{"供水", "物业管理", "道路", "供热", "噪声", "社会保险", "违章建筑", "公交出行"} {
		n := time.Duration(i)
		add(turn{flow: "mailbox", stop: flow.Registered}, kind, (1+n)*hour)
		add(turn{flow: "hotline", stop: flow.Accepted}, kind, (1+2*n)*hour)
		add(turn{flow: "hotline", stop: flow.Dispatched}, kind, (2+3*n)*hour)
		add(turn{flow: "mailbox", stop: flow.Dispatched}, kind, (1+n/2)*day)
		add(turn{flow: "mailbox", stop: flow.Replied}, kind, (2+n/2)*day)
	}
	for i, age := range []time.Duration{1, 2, 4, 5, 8, 12} {
		add(turn{flow: "mailbox", stop: flow.Dispatched}, "供水", age*day)
		add(turn{flow: "mailbox", stop: flow.Dispatched, supervise: age > 7, urge: age > 4}, "物业管理", age*day)
		add(turn{flow: "mailbox", important: true, stop: flow.Dispatched, joint: i%2 == 0}, "违章建筑", 3*age*day)
		add(turn{flow: "hotline", stop: flow.Returned, wrong: true}, "噪声", age*day)
		add(turn{flow: "hotline", stop: flow.Verified}, "路灯", age*day)
	}
	for _, l := range []struct {
		turn turn
		kind string
		age  time.Duration
	}{
		{turn{flow: "mailbox", important: true, stop: flow.Presented}, "征地拆迁", 2 * day},
		{turn{flow: "mailbox", important: true, stop: flow.Presented}, "环境污染", 1 * day},
		{turn{flow: "hotline", important: true, stop: flow.Presented}, "供水", 5 * hour},
		{turn{flow: "letter", important: true, stop: flow.Presented}, "农民工工资", 3 * day},
		{turn{flow: "mailbox", important: true, stop: flow.Instructed}, "供热", 5 * day},
		{turn{flow: "letter", important: true, stop: flow.Instructed}, "征地拆迁", 6 * day},
		{turn{flow: "letter", stop: flow.Registered}, "社会救助", 4 * hour},
		{turn{flow: "letter", stop: flow.Dispatched}, "农业农村", 9 * day},
		{turn{flow: "letter", ask: true, stop: flow.Waiting}, "医疗保险", 3 * day},
		{turn{flow: "mailbox", ask: true, stop: flow.Waiting}, "教育", 2 * day},
		{turn{flow: "hotline", letter: true, stop: flow.Waiting}, "征地拆迁", 4 * day},
		{turn{flow: "visit", heads: 3, stop: flow.Registered}, "社会保险", 3 * hour},
		{turn{flow: "visit", heads: 62, stop: flow.Dispatched}, "征地拆迁", 6 * day},
		{turn{flow: "visit", heads: 5, direct: true, stop: flow.Dispatched}, "物业管理", 3 * day},
		{turn{flow: "visit", heads: 80, plan: true, stop: "emergency"}, "农民工工资", 1 * day},
		{turn{flow: "visit", heads: 2, stop: flow.Replied}, "社会救助", 12 * day},
		{turn{flow: "mailbox", joint: true, stop: flow.Dispatched}, "农民工工资", 2 * day},
		{turn{flow: "mailbox", joint: true, stop: flow.Dispatched}, "供热", 4 * day},
		{turn{flow: "mailbox", extend: true, stop: flow.Replied}, "道路", 4 * day},
		{turn{flow: "letter", refuse: true}, "征地拆迁", 5 * day},
	} {
		add(l.turn, l.kind, l.age)
	}
	return append(list, ofResident()...)
}

// ofResident is what the resident with an account finds under his name.
func ofResident() []live {
	var list []live
	for _, l := range []struct {
		turn turn
		kind string
		age  time.Duration
	}{
		{turn{flow: "mailbox"}, "路灯", 90 * day},
		{turn{flow: "mailbox", stop: flow.Closed}, "垃圾清运", 15 * day},
		{turn{flow: "mailbox", stop: flow.Dispatched}, "供热", 3 * day},
		{turn{flow: "mailbox", ask: true, stop: flow.Waiting}, "物业管理", 2 * day},
		{turn{flow: "mailbox", stop: flow.Registered}, "公交出行", 2 * hour},
	} {
		list = append(list, live{turn: l.turn, matter: about(l.kind), age: l.age, mine: true})
	}
	return list
}

// settle writes a live story so that it has come to its state by now: it begins earlier, and goes quicker, until it has.
func (b *build) settle(story int, l live, resident int) (p *pen, err error) {
	age, t := l.age, l.turn
	for range 8 {
		p, err = b.write(story, t, l.matter, b.almanac.sub(b.now, age), resident)
		if err != nil || t.stop == "" || p.s.State == t.stop {
			return p, err
		}
		age, t.slow = age+2*hour, 0.3
	}
	return nil, fmt.Errorf("story %d: %s does not come to state %s", story, t.flow, t.stop)
}

// whoOf is the reporter of a live case.
func (b *build) whoOf(l live, i int) int {
	if l.mine {
		return 0
	}
	return 2 + (i*37)%(b.o.Scale-2)
}
