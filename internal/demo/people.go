package demo

import (
	"context"
	"time"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/flow"
	"linli/internal/register"
	"linli/internal/staff"
)

// crowd is how many residents one transaction takes.
const crowd = 1000

// people brings in the residents and then the accounts.
func (b *build) people(ctx context.Context) error {
	first := make([]db.ID, 0, len(citizens))
	var err error
	if b.password, err = staff.NewPassword(ctx, "", Password); err != nil {
		return err
	}
	for b.row.residents < b.row.scale {
		list := make([]register.Newcomer, 0, crowd)
		for i := b.row.residents; i < min(b.row.scale, b.row.residents+crowd); i++ {
			list = append(list, b.resident(i))
		}
		err := b.o.DB.Write(ctx, func(tx *db.Tx) error {
			tx.Replay(b.now.AddDate(-years, 0, -1))
			ids, err := b.o.People.AddMany(tx, list)
			if err != nil {
				return err
			}
			if err := b.house(tx, b.row.residents, ids); err != nil {
				return err
			}
			if b.row.residents == 0 { // the accounts come with the first
				first = append(first[:0], ids[:len(citizens)]...)
				if err := settleAccounts(tx, b, first); err != nil {
					return err
				}
			}
			return tx.ExecOne("update demo_run set residents = ? where id = 1", b.row.residents+len(list))
		})
		if err != nil {
			return err
		}
		b.row.residents += len(list)
		b.progress("居民", b.row.residents, b.row.scale)
	}
	return b.o.DB.Read(ctx, b.meet)
}

// meet loads the accounts as actors, and what each may be to a case.
func (b *build) meet(tx *db.Tx) error {
	b.office, b.handler, b.flowRoles = map[string]staff.Actor{}, map[string]string{}, map[string][]flow.Role{}
	for _, p := range append(staffing(), citizens...) {
		a, err := staff.AccountByLogin(tx, p.login)
		if err != nil {
			return err
		}
		if b.office[p.login], err = a.Actor(tx, staff.ViaPage); err != nil {
			return err
		}
		switch p.role {
		case staff.Handler:
			b.handler[p.unit] = p.login
			b.flowRoles[p.login] = []flow.Role{flow.Lead, flow.Helper}
		case staff.Resident, staff.Admin, staff.Auditor:
		default:
			b.flowRoles[p.login] = []flow.Role{flow.Role(p.role)}
		}
	}
	return nil
}

func (b *build) unit(login string) string { return b.office[login].Unit }

func (b *build) id(login string) string { return b.office[login].Account.String() }

// post is that of a leader's account.
func (b *build) post(account string) string {
	if account == "" {
		return ""
	}
	for _, a := range b.office {
		if a.Account.String() == account {
			return a.Post
		}
	}
	return ""
}

// pace is how many hours of work a unit usually needs for an answer.
func (b *build) pace(unit string) float64 {
	const usual = 5.2
	for _, d := range departments {
		if d.code == unit {
			return usual * d.speed
		}
	}
	return usual * 1.1
}

// flow is a flow as it stood on a day.
func (b *build) flow(id string, at time.Time) *flow.Flow {
	e := b.o.Packs().Flow(id, civil.DateOf(at, civil.Shanghai))
	if e == nil {
		return nil
	}
	return e.Flow(id)
}

// law is how days count in the document of a flow.
func (b *build) law(id string) civil.Law {
	base := civil.CivilCode()
	if e := b.o.Packs().Flow(id, civil.DateOf(b.now, civil.Shanghai)); e != nil {
		return e.Pack.Law(base)
	}
	return base
}
