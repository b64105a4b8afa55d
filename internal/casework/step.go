package casework

import (
	"crypto/sha256"
	"encoding/json"
	"strconv"
	"time"

	"linli/internal/db"
	"linli/internal/flow"
	"linli/internal/law"
)

// A Step (步骤) is one row of a case's history.
type Step struct {
	Case   db.ID      `json:"case"`
	Seq    int        `json:"seq"`
	Verb   flow.Verb  `json:"verb"`
	At     time.Time  `json:"at"`
	Actor  db.ID      `json:"actor"` // zero: a reporter by receipt, or the platform
	Name   string     `json:"name"`
	Unit   string     `json:"unit"`
	Roles  string     `json:"roles"` // what the actor was to the case, comma-separated
	Words  string     `json:"words"`
	Clause law.Clause `json:"clause"` // what a refusal rests on
	Basis  string     `json:"basis"`  // clauses that govern the step, comma-separated
	From   flow.State `json:"from"`
	To     flow.State `json:"to"`
	Act    flow.Act   `json:"act"`
	Files  string     `json:"files"` // attachments, as hashes, comma-separated
}

const stepColumns = `case_id, seq, verb, at, actor, actor_name, unit, roles, words, clause, basis, from_state, to_state, data, files`

func scanStep(rows *db.Rows) (Step, error) {
	var data string
	s, err := scanStepData(rows, &data)
	if err != nil {
		return s, err
	}
	return s, json.Unmarshal([]byte(data), &s.Act)
}

// scanStepData leaves the act as it is stored.
func scanStepData(rows *db.Rows, data *string) (Step, error) {
	var s Step
	var at db.Time
	var clause string
	err := rows.Scan(&s.Case, &s.Seq, (*string)(&s.Verb), &at, &s.Actor, &s.Name, &s.Unit, &s.Roles, &s.Words, &clause, &s.Basis,
		(*string)(&s.From), (*string)(&s.To), data, &s.Files)
	if err != nil {
		return s, err
	}
	s.At = at.Time
	if clause != "" {
		s.Clause, err = law.Parse(clause)
	}
	return s, err
}

// insert stores the step and returns the digest that goes into the audit log.
func (s *Step) insert(tx *db.Tx) ([32]byte, error) {
	data, err := json.Marshal(s.Act)
	if err != nil {
		return [32]byte{}, err
	}
	err = tx.Exec(`insert into case_step (`+stepColumns+`) values (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)`,
		s.Case, s.Seq, string(s.Verb), db.At(s.At), s.Actor, s.Name, s.Unit, s.Roles, s.Words, s.Clause.String(), s.Basis,
		string(s.From), string(s.To), string(data), s.Files)
	return s.digest(string(data)), err
}

// digest is what the audit log keeps of a step: the hash of every column, each preceded by its length.
func (s *Step) digest(data string) [32]byte {
	var b []byte
	for _, part := range []string{s.Case.String(), strconv.Itoa(s.Seq), string(s.Verb), db.At(s.At).Text(), s.Actor.String(), s.Name,
		s.Unit, s.Roles, s.Words, s.Clause.String(), s.Basis, string(s.From), string(s.To), data, s.Files} {
		b = append(append(strconv.AppendInt(b, int64(len(part)), 10), ':'), part...)
	}
	return sha256.Sum256(b)
}

// history reads every step of a case in order.
func history(tx *db.Tx, id db.ID) ([]Step, error) {
	return db.Select(tx, scanStep, `select `+stepColumns+` from case_step where case_id = ? order by seq`, id)
}
