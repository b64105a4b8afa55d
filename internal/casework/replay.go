package casework

import (
	"linli/internal/flow"
)

// Replay folds a history into the Situation it leads to: what the record must say. The acts are taken as they were
// recorded, with the roles that their actors had then.
func (c *Cases) Replay(k *Case, steps []Step) (flow.Situation, error) {
	acts := make([]flow.Act, len(steps))
	for i, s := range steps {
		acts[i] = s.Act
	}
	return flow.Replay(func(id string) (*flow.Flow, bool) { f := c.flowNamed(k, id); return f, f != nil }, c.lawOf(k), k.firstFlow, acts)
}
