package register_test

import (
	"testing"

	"linli/internal/register"
	"linli/internal/staff"
)

// Who may enter the registers is who has some purpose there.
func TestReadersHaveAPurpose(t *testing.T) {
	in := map[staff.Role]bool{}
	for _, r := range register.Readers {
		in[r] = true
	}
	for _, r := range []staff.Role{staff.Resident, staff.Desk, staff.Community, staff.Dispatcher, staff.Handler, staff.Verifier, staff.Leader, staff.Supervisor, staff.Grid, staff.Admin, staff.Auditor} {
		by := staff.Actor{Account: 1, Grants: []staff.Grant{{Role: r, Place: "4112/"}}}
		if has := len(register.PurposesOf(by)) > 0; has != in[r] {
			t.Errorf("%s: a purpose %v, among the readers %v", r, has, in[r])
		}
	}
}
