package flow

import (
	"fmt"

	"linli/internal/civil"
	"linli/internal/fault"
)

// Convert applies a Convert act and hands the case over to another flow: history, receipts and first instants stay,
// clocks become those of the new flow.
func (f *Flow) Convert(l civil.Law, s Situation, a Act, to *Flow) (Situation, Effect, error) {
	if to.ID == f.ID {
		return s, Effect{}, fault.Invalid("flow", "办件已在该渠道")
	}
	n, e, err := f.Apply(l, s, a)
	if err != nil {
		return s, e, err
	}
	n.Flow, n.Channel, n.Walked, n.Running = to.ID, to.Channel, to.Patrolled(), nil
	return n, e, to.tick(l, &n, &a, &e)
}

// Replay folds a history into a Situation. The history must be complete and in order; the first act is Register.
func Replay(flows func(id string) (*Flow, bool), l civil.Law, first string, history []Act) (Situation, error) {
	f, ok := flows(first)
	if !ok {
		return Situation{}, fmt.Errorf("replay: no flow %q", first)
	}
	var s Situation
	for i, a := range history {
		n, err := step(flows, l, f, s, a)
		if err != nil {
			return s, fmt.Errorf("replay step %d (%s): %w", i+1, a.Verb, err)
		}
		s = n
		if s.Flow != f.ID {
			if f, ok = flows(s.Flow); !ok {
				return s, fmt.Errorf("replay: no flow %q", s.Flow)
			}
		}
	}
	return s, nil
}

func step(flows func(id string) (*Flow, bool), l civil.Law, f *Flow, s Situation, a Act) (Situation, error) {
	if a.Verb == Convert {
		to, ok := flows(a.Flow)
		if !ok {
			return s, fault.Invalid("flow", "没有这个渠道")
		}
		n, _, err := f.Convert(l, s, a, to)
		return n, err
	}
	n, _, err := f.Apply(l, s, a)
	return n, err
}
