-- +goose Up

-- One row a case 办件. Instants are fixed-width UTC text, '' where not yet; place is the code, path its ancestors.
create table case_record (
	id             INTEGER PRIMARY KEY,
	number         TEXT NOT NULL,
	document       TEXT NOT NULL,
	pack_version   TEXT NOT NULL,
	flow           TEXT NOT NULL,
	first_flow     TEXT NOT NULL,
	channel        TEXT NOT NULL,
	kind           TEXT NOT NULL DEFAULT '',
	weight         TEXT NOT NULL DEFAULT '',
	title          TEXT NOT NULL,
	body           TEXT NOT NULL DEFAULT '',
	fields         TEXT NOT NULL DEFAULT '{}',
	place          TEXT NOT NULL,
	path           TEXT NOT NULL,
	spot           TEXT NOT NULL DEFAULT '',
	desk           TEXT NOT NULL DEFAULT '',
	lead           TEXT NOT NULL DEFAULT '',
	state          TEXT NOT NULL,
	open           INTEGER NOT NULL,
	situation      TEXT NOT NULL,
	version        BIGINT NOT NULL,
	main           BIGINT NOT NULL DEFAULT 0,
	month          TEXT NOT NULL,
	registered_at  TEXT NOT NULL,
	accepted_at    TEXT NOT NULL DEFAULT '',
	routed_at      TEXT NOT NULL DEFAULT '',
	replied_at     TEXT NOT NULL DEFAULT '',
	closed_at      TEXT NOT NULL DEFAULT '',
	last_step_at   TEXT NOT NULL,
	yellow_at      TEXT NOT NULL,
	target_at      TEXT NOT NULL DEFAULT '',
	limit_at       TEXT NOT NULL DEFAULT '',
	replied        INTEGER NOT NULL DEFAULT 0,
	met            INTEGER NOT NULL DEFAULT -1,
	met_target     INTEGER NOT NULL DEFAULT -1,
	late           INTEGER NOT NULL DEFAULT 0,
	returns        INTEGER NOT NULL DEFAULT 0,
	reassigns      INTEGER NOT NULL DEFAULT 0,
	reworks        INTEGER NOT NULL DEFAULT 0,
	urges          INTEGER NOT NULL DEFAULT 0,
	supervisions   INTEGER NOT NULL DEFAULT 0,
	reopens        INTEGER NOT NULL DEFAULT 0,
	joint          INTEGER NOT NULL DEFAULT 0,
	instructed     INTEGER NOT NULL DEFAULT 0,
	reported_back  INTEGER NOT NULL DEFAULT 0,
	outcome        TEXT NOT NULL DEFAULT '',
	grade          INTEGER NOT NULL DEFAULT 0,
	seq            INTEGER NOT NULL DEFAULT 0,
	appealed       INTEGER NOT NULL DEFAULT 0,
	pending        INTEGER NOT NULL DEFAULT 0,
	opened_at      TEXT NOT NULL DEFAULT '',
	verified_at    TEXT NOT NULL DEFAULT '',
	extensions     INTEGER NOT NULL DEFAULT 0,
	raised_as      TEXT NOT NULL DEFAULT '',
	raised_by      TEXT NOT NULL DEFAULT '',
	sent_by        TEXT NOT NULL DEFAULT '',
	checked_by     TEXT NOT NULL DEFAULT ''
);
create unique index case_record_number on case_record (number);
create index case_record_state on case_record (state, yellow_at) where open = 1;
create index case_record_month on case_record (month, path, channel, open, replied, met, late, returns, reworks, grade);
create index case_record_end on case_record (limit_at, target_at) where open = 1 and late = 0 and met = -1;
create index case_record_lead on case_record (lead, last_step_at) where open = 0;
create index case_record_path on case_record (path, registered_at);
create index case_record_open on case_record (path, late, state, lead, flow, last_step_at) where open = 1;
create index case_record_appealed on case_record (id) where appealed = 1;
create index case_record_pending on case_record (id) where pending = 1;

-- The history: one row a step. Data is the act as JSON; the digest of the row stands in the audit log.
create table case_step (
	case_id     BIGINT NOT NULL,
	seq         INTEGER NOT NULL,
	verb        TEXT NOT NULL,
	at          TEXT NOT NULL,
	actor       BIGINT NOT NULL,
	actor_name  TEXT NOT NULL,
	unit        TEXT NOT NULL,
	roles       TEXT NOT NULL,
	words       TEXT NOT NULL,
	clause      TEXT NOT NULL,
	basis       TEXT NOT NULL,
	from_state  TEXT NOT NULL,
	to_state    TEXT NOT NULL,
	data        TEXT NOT NULL,
	files       TEXT NOT NULL DEFAULT '',
	primary key (case_id, seq)
) WITHOUT ROWID;
create index case_step_actor on case_step (actor, at);

-- Who has, or had, a part in the case: what a unit once handled it may go on reading.
create table case_unit (
	unit     TEXT NOT NULL,
	case_id  BIGINT NOT NULL,
	part     TEXT NOT NULL,
	primary key (unit, case_id)
) WITHOUT ROWID;
create index case_unit_case on case_unit (case_id);

-- The queue of open cases: one row for each key under which the case is seen, in the order in which cases turn yellow.
create table case_queue (
	scope      TEXT NOT NULL,
	yellow_at  TEXT NOT NULL,
	case_id    BIGINT NOT NULL,
	primary key (scope, yellow_at, case_id)
) WITHOUT ROWID;
create index case_queue_case on case_queue (case_id);

-- One row a person who raised the matter; merging adds rows to the main case and each keeps the receipt.
create table case_reporter (
	id         INTEGER PRIMARY KEY,
	case_id    BIGINT NOT NULL,
	came_by    BIGINT NOT NULL,
	person     BIGINT NOT NULL DEFAULT 0,
	name       TEXT NOT NULL DEFAULT '',
	phone      TEXT NOT NULL DEFAULT '',
	address    TEXT NOT NULL DEFAULT '',
	channel    TEXT NOT NULL,
	number     TEXT NOT NULL,
	code       TEXT NOT NULL,
	at         TEXT NOT NULL,
	grade      INTEGER NOT NULL DEFAULT 0
);
create unique index case_reporter_number on case_reporter (number);
create index case_reporter_case on case_reporter (case_id);
create index case_reporter_person on case_reporter (person, at);
create index case_reporter_phone on case_reporter (phone, at);

create table case_link (
	case_id  BIGINT NOT NULL,
	other    BIGINT NOT NULL,
	why      TEXT NOT NULL,
	at       TEXT NOT NULL,
	primary key (case_id, other)
) WITHOUT ROWID;

-- Sums of the cases of a month at a place, kept by every step that changes one of them; area is the street of the path.
create table case_tally (
	month     TEXT NOT NULL,
	area      TEXT NOT NULL,
	path      TEXT NOT NULL,
	cases     INTEGER NOT NULL,
	open      INTEGER NOT NULL,
	replied   INTEGER NOT NULL,
	on_time   INTEGER NOT NULL,
	late      INTEGER NOT NULL,
	returned  INTEGER NOT NULL,
	reworked  INTEGER NOT NULL,
	rated     INTEGER NOT NULL,
	good      INTEGER NOT NULL,
	primary key (month, area, path)
) WITHOUT ROWID;

create table case_counter (
	pattern  TEXT NOT NULL,
	year     INTEGER NOT NULL,
	last     BIGINT NOT NULL,
	primary key (pattern, year)
) WITHOUT ROWID;

-- What others may read of cases: indicators, duties and exports.
create view fact_case as
select id, number, document, flow, channel, kind, weight, title, place, path, desk, lead, state, open,
       registered_at, accepted_at, routed_at, replied_at, closed_at, target_at, limit_at, replied, met, met_target,
       late, returns, reassigns, reworks, urges, supervisions, reopens, joint, instructed, reported_back, outcome,
       grade, last_step_at, yellow_at, appealed, pending, month, opened_at, verified_at, extensions, raised_as, raised_by, sent_by,
       checked_by
from case_record;

-- +goose Down
drop view fact_case;
drop table case_counter;
drop table case_tally;
drop table case_link;
drop table case_reporter;
drop table case_queue;
drop table case_unit;
drop table case_step;
drop table case_record;
