package app

import (
	"linli/internal/audit"
	"linli/internal/benefit"
	"linli/internal/blob"
	"linli/internal/casework"
	"linli/internal/catalog"
	"linli/internal/demo"
	"linli/internal/deposit"
	"linli/internal/duplicate"
	"linli/internal/duty"
	"linli/internal/event"
	"linli/internal/exchange"
	"linli/internal/fact"
	"linli/internal/field"
	"linli/internal/fixture"
	"linli/internal/grid"
	"linli/internal/hall"
	"linli/internal/indicator"
	"linli/internal/job"
	"linli/internal/ledger"
	"linli/internal/notice"
	"linli/internal/notify"
	"linli/internal/once"
	"linli/internal/payrun"
	"linli/internal/picture"
	"linli/internal/place"
	"linli/internal/proposal"
	"linli/internal/register"
	"linli/internal/round"
	"linli/internal/schema"
	"linli/internal/search"
	"linli/internal/service"
	"linli/internal/serviceorder"
	"linli/internal/simulation"
	"linli/internal/staff"
	"linli/internal/standing"
	"linli/internal/table"
	"linli/internal/web/session"
)

// Schema is every table of the program, in the order of its migrations.
func Schema() (schema.Set, error) {
	return schema.Merge(
		audit.Migrations,
		job.Migrations,
		blob.Migrations,
		search.Migrations,
		once.Migrations,
		place.Migrations,
		picture.Migrations,
		fact.Migrations,
		register.Migrations,
		staff.Migrations,
		duplicate.Migrations,
		catalog.Migrations,
		notify.Migrations,
		session.Migrations,
		casework.Migrations,
		service.Migrations,
		serviceorder.Migrations,
		duty.Migrations,
		proposal.Migrations,
		exchange.Migrations,
		indicator.Migrations,
		notice.Migrations,
		round.Migrations,
		hall.Migrations,
		table.Migrations,
		field.Migrations,
		grid.Migrations,
		demo.Migrations,
		event.Migrations,
		standing.Migrations,
		simulation.Migrations,
		fixture.Migrations,
		ledger.Migrations,
		payrun.Migrations, deposit.Migrations,
		benefit.Migrations,
	)
}
