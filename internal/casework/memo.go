package casework

import (
	"encoding/json"
	"sync"

	"linli/internal/flow"
)

// memoLimit bounds the situations remembered, in each of two generations.
const memoLimit = 512

// memo remembers what stored situations say, by their exact text: a case that was just written is usually the next one read, and
// reading its JSON would cost more than the step. It cannot be out of date, for a text always means the same.
type memo struct {
	mu       sync.Mutex
	now, old map[string]flow.Situation
}

var situations memo

// encode writes a situation.
func (m *memo) encode(s *flow.Situation) (string, error) {
	raw, err := json.Marshal(s)
	if err != nil {
		return "", err
	}
	text := string(raw)
	if plain(s.Facts) {
		m.keep(text, s.Clone())
	}
	return text, nil
}

// decode reads a situation. The caller may change what it gets.
func (m *memo) decode(text string) (s flow.Situation, err error) {
	m.mu.Lock()
	s, ok := m.now[text]
	if !ok {
		s, ok = m.old[text]
	}
	m.mu.Unlock()
	if ok {
		return s.Clone(), nil
	}
	err = json.Unmarshal([]byte(text), &s)
	return s, err
}

func (m *memo) keep(text string, s flow.Situation) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.now == nil || len(m.now) >= memoLimit {
		m.now, m.old = make(map[string]flow.Situation, memoLimit), m.now
	}
	m.now[text] = s
}

// plain reports whether facts come back from JSON as they went: a whole number would come back as another type.
func plain(facts map[string]any) bool {
	for _, v := range facts {
		switch v.(type) {
		case string, bool, float64:
		default:
			return false
		}
	}
	return true
}
