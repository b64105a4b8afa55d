package register

import (
	"linli/internal/db"
	"linli/internal/fact"
	"linli/internal/lexicon"
)

// Words returns the lexicon that the city uses.
func (r *Register) Words() *lexicon.Lexicon {
	if l := r.words.Load(); l != nil {
		return l
	}
	return lexicon.Standard()
}

// UseWords sets the lexicon, when packs are loaded.
func (r *Register) UseWords(l *lexicon.Lexicon) { r.words.Store(l) }

// Tell notes that something holds of a subject (see fact.Put). The value is checked and brought into its one spelling; a place must stand.
// What the row of the register had from its first day is told first, so that its history begins there. Returns invalid.
func (r *Register) Tell(tx *db.Tx, f fact.Fact) (fact.Outcome, error) { return r.tell(tx, f, fact.Put) }

// Change notes that from a day on something is otherwise (see fact.Change). Returns invalid.
func (r *Register) Change(tx *db.Tx, f fact.Fact) (fact.Outcome, error) {
	return r.tell(tx, f, fact.Change)
}

func (r *Register) tell(tx *db.Tx, f fact.Fact, how func(*db.Tx, fact.Fact) (fact.Outcome, error)) (out fact.Outcome, err error) {
	if f.Value, err = r.Words().Check(f.Subject.Kind, f.Name, f.Value); err != nil {
		return out, err
	}
	if f.Name == lexicon.Place {
		if _, err := StandingPlace(tx, lexicon.Place, f.Value); err != nil {
			return out, err
		}
	}
	if f.Path == "" {
		if f.Path, err = PathOf(tx, f.Subject); err != nil {
			return out, err
		}
	}
	if err := beginHistory(tx, f.Subject, f.Name); err != nil {
		return out, err
	}
	if out, err = how(tx, f); err != nil || out.Same || !shows(f.Subject.Kind, f.Name) {
		return out, err
	}
	return out, Project(tx, f.Subject)
}

// Undo takes back all that a deed told (see fact.Undo) and brings the rows of its subjects up to date.
func Undo(tx *db.Tx, deed db.ID, t fact.Telling, subjects ...fact.Subject) error {
	if _, err := fact.Undo(tx, deed, t); err != nil {
		return err
	}
	for _, s := range subjects {
		if err := Project(tx, s); err != nil {
			return err
		}
	}
	return nil
}

// AskCorrection asks that something else be held of a subject (see fact.AskCorrection). Returns invalid and conflict.
func (r *Register) AskCorrection(tx *db.Tx, c fact.Correction) (fact.Correction, error) {
	var err error
	if c.Value, err = r.Words().Check(c.Subject.Kind, c.Name, c.Value); err != nil {
		return c, err
	}
	if c.Name == lexicon.Place {
		if _, err := StandingPlace(tx, lexicon.Place, c.Value); err != nil {
			return c, err
		}
	}
	if c.Path, err = PathOf(tx, c.Subject); err != nil {
		return c, err
	}
	if err := beginHistory(tx, c.Subject, c.Name); err != nil {
		return c, err
	}
	return fact.AskCorrection(tx, c)
}

// DecideCorrection approves or rejects a correction (see fact.Decide) and brings the row of its subject up to date.
func DecideCorrection(tx *db.Tx, by string, id db.ID, approve bool, answer string) error {
	c, err := fact.CorrectionOf(tx, id)
	if err != nil {
		return err
	}
	if _, err := fact.Decide(tx, by, id, approve, answer); err != nil {
		return err
	}
	return Project(tx, c.Subject)
}

// SettleConflict settles a conflict (see fact.Settle) and brings the row of its subject up to date.
func SettleConflict(tx *db.Tx, by string, id db.ID, take bool, reason string) error {
	c, err := fact.ConflictOf(tx, id)
	if err != nil {
		return err
	}
	if _, err := fact.Settle(tx, by, id, take, reason); err != nil {
		return err
	}
	return Project(tx, c.Subject)
}
