package casework

import (
	"fmt"
	"slices"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/flow"
	"linli/internal/staff"
)

// Worked reports whether an actor, or the unit he belongs to, had the case in hand: he may not check that work.
func (c *Cases) Worked(tx *db.Tx, by staff.Actor, id db.ID) (bool, error) {
	k, err := load(tx, id)
	if err != nil {
		return false, err
	}
	if by.Unit != "" && (by.Unit == k.Situation.Lead || k.Situation.Helps(by.Unit)) {
		return true, nil
	}
	var n int
	err = tx.QueryRow(`select count(*) from case_step where case_id = ? and actor = ? and actor <> 0
		and (roles like '%lead%' or roles like '%helper%')`, id, by.Account).Scan(&n)
	if err != nil {
		return false, fmt.Errorf("who worked on the case: %w", err)
	}
	return n > 0, nil
}

// MayRegister reports whether somebody may register a case of a flow at a place today.
func (c *Cases) MayRegister(tx *db.Tx, by staff.Actor, flowID, path string) (bool, error) {
	e := c.packs().Flow(flowID, civil.DateOf(tx.Now(), civil.Shanghai))
	if e == nil {
		return false, nil
	}
	f := e.Flow(flowID)
	roles, err := c.intakeRoles(tx, f, by, path)
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(roles, func(r flow.Role) bool { return slices.Contains(f.Step(flow.Register).By, r) }), nil
}
