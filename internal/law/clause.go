package law

import (
	"encoding/json"
	"fmt"
	"strings"
)

// A Clause (条款) is one numbered place of one document. The zero Clause means "no clause named".
type Clause struct {
	Document string // document id as packs name it, e.g. "sm12-69"
	ID       string // clause id within the document, e.g. "4.4b"
}

// Parse reads "document#clause". Both halves must be present and free of white space.
func Parse(s string) (Clause, error) {
	doc, id, ok := strings.Cut(s, "#")
	if !ok || doc == "" || id == "" || strings.ContainsAny(s, " \t\r\n") || strings.Contains(id, "#") {
		return Clause{}, fmt.Errorf("clause %q: want document#clause", s)
	}
	return Clause{doc, id}, nil
}

// MustParse is Parse for constants in code; it panics on a malformed citation.
func MustParse(s string) Clause {
	c, err := Parse(s)
	if err != nil {
		panic(err)
	}
	return c
}

// String returns "document#clause", or "" for the zero Clause.
func (c Clause) String() string {
	if c.IsZero() {
		return ""
	}
	return c.Document + "#" + c.ID
}

// IsZero reports whether no clause is named.
func (c Clause) IsZero() bool { return c == Clause{} }

// MarshalJSON writes the citation as a string.
func (c Clause) MarshalJSON() ([]byte, error) { return json.Marshal(c.String()) }

// UnmarshalJSON reads a citation string; "" gives the zero Clause.
func (c *Clause) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return err
	}
	if s == "" {
		*c = Clause{}
		return nil
	}
	p, err := Parse(s)
	if err != nil {
		return err
	}
	*c = p
	return nil
}
