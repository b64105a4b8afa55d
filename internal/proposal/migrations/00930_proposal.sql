-- +goose Up

-- What was reported again and again, and what became of it. Days are civil dates; until is the last day on which a dismissal holds.
create table proposal (
	id         INTEGER PRIMARY KEY,
	grp        TEXT NOT NULL,
	thing      BIGINT NOT NULL,
	lon        BIGINT NOT NULL,
	lat        BIGINT NOT NULL,
	cell       BIGINT NOT NULL,
	path       TEXT NOT NULL,
	reports    INTEGER NOT NULL,
	first_at   TEXT NOT NULL,
	last_at    TEXT NOT NULL,
	state      TEXT NOT NULL,
	words      TEXT NOT NULL DEFAULT '',
	until      TEXT NOT NULL DEFAULT '',
	case_id    BIGINT NOT NULL DEFAULT 0,
	raised_at  TEXT NOT NULL,
	decided_at TEXT NOT NULL DEFAULT '',
	decided_by TEXT NOT NULL DEFAULT ''
);
create index proposal_cell on proposal (grp, cell);
create index proposal_thing on proposal (thing) where thing <> 0;
create index proposal_state on proposal (state, last_at);

create table proposal_case (
	proposal_id BIGINT NOT NULL,
	case_id     BIGINT NOT NULL,
	primary key (proposal_id, case_id)
);

create table proposal_mark (
	city TEXT NOT NULL PRIMARY KEY,
	next BIGINT NOT NULL
);

-- +goose Down
drop table proposal_mark;
drop table proposal_case;
drop table proposal;
