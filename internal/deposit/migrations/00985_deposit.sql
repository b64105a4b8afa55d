-- +goose Up

-- A deposit 缴存户. org: whose; ended: '' while it lives. at: where it is assessed, keeper: whose treasury keeps it. due: decided sum; pay_by: last day
-- for it, '' before its notice is delivered. drawn: drawn upon and not assessed anew.
create table deposit_record (
	id           INTEGER PRIMARY KEY,
	rule         TEXT NOT NULL,
	pack         TEXT NOT NULL,
	org          BIGINT NOT NULL,
	ended        TEXT NOT NULL DEFAULT '',
	name         TEXT NOT NULL,
	place        TEXT NOT NULL,
	path         TEXT NOT NULL,
	level        TEXT NOT NULL,
	at_place     TEXT NOT NULL,
	keeper_level TEXT NOT NULL,
	keeper_path  TEXT NOT NULL,
	unit         TEXT NOT NULL,
	finance      TEXT NOT NULL,
	fund         BIGINT NOT NULL,
	state        TEXT NOT NULL,
	due          BIGINT NOT NULL DEFAULT 0,
	delivered    TEXT NOT NULL DEFAULT '',
	pay_by       TEXT NOT NULL DEFAULT '',
	way          TEXT NOT NULL DEFAULT 'whole',
	bond         BIGINT NOT NULL DEFAULT 0,
	guarantor    TEXT NOT NULL DEFAULT '',
	parts        TEXT NOT NULL DEFAULT '[]',
	drawn        INTEGER NOT NULL DEFAULT 0,
	interest_to  TEXT NOT NULL DEFAULT '',
	told         TEXT NOT NULL DEFAULT '',
	version      BIGINT NOT NULL DEFAULT 1,
	made_at      TEXT NOT NULL
);
create unique index deposit_living on deposit_record (rule, org, ended);
create index deposit_org on deposit_record (org);
create index deposit_unit on deposit_record (unit, id);
create index deposit_finance on deposit_record (finance, id);
create index deposit_keeper on deposit_record (keeper_path, id);

-- An assessment 核定: what was known, how the sum came about, and what was decided.
create table deposit_assessment (
	id        INTEGER PRIMARY KEY,
	deposit   BIGINT NOT NULL,
	case_id   BIGINT NOT NULL,
	kind      TEXT NOT NULL,
	sum       BIGINT NOT NULL,
	known     TEXT NOT NULL,
	steps     TEXT NOT NULL,
	pack      TEXT NOT NULL,
	day       TEXT NOT NULL,
	state     TEXT NOT NULL,
	decided   TEXT NOT NULL DEFAULT '',
	delivered TEXT NOT NULL DEFAULT '',
	pay_by    TEXT NOT NULL DEFAULT '',
	by_name   TEXT NOT NULL,
	at        TEXT NOT NULL
);
create index deposit_assessment_of on deposit_assessment (deposit, id);
create unique index deposit_assessment_case on deposit_assessment (case_id);

-- A move 进出: what came in or went out, beside its entry in the ledger.
create table deposit_move (
	id        INTEGER PRIMARY KEY,
	deposit   BIGINT NOT NULL,
	kind      TEXT NOT NULL,
	day       TEXT NOT NULL,
	principal BIGINT NOT NULL,
	interest  BIGINT NOT NULL,
	words     TEXT NOT NULL,
	entry     BIGINT NOT NULL,
	by_name   TEXT NOT NULL,
	at        TEXT NOT NULL
);
create index deposit_move_of on deposit_move (deposit, id);

-- A plan 分期或担保申请.
create table deposit_plan (
	id        INTEGER PRIMARY KEY,
	deposit   BIGINT NOT NULL,
	kind      TEXT NOT NULL,
	parts     TEXT NOT NULL,
	guarantor BIGINT NOT NULL DEFAULT 0,
	bond      BIGINT NOT NULL DEFAULT 0,
	words     TEXT NOT NULL,
	state     TEXT NOT NULL,
	answer    TEXT NOT NULL DEFAULT '',
	asked_by  TEXT NOT NULL,
	judged_by TEXT NOT NULL DEFAULT '',
	at        TEXT NOT NULL
);
create index deposit_plan_of on deposit_plan (deposit, id);

-- A payout 支付: a drawing, a refund at the end, or a difference given back.
create table deposit_payout (
	id        INTEGER PRIMARY KEY,
	deposit   BIGINT NOT NULL,
	case_id   BIGINT NOT NULL DEFAULT 0,
	kind      TEXT NOT NULL,
	reason    TEXT NOT NULL DEFAULT '',
	words     TEXT NOT NULL,
	costs     TEXT NOT NULL DEFAULT '{}',
	own       BIGINT NOT NULL DEFAULT 0,
	fen       BIGINT NOT NULL,
	holder    TEXT NOT NULL,
	bank      TEXT NOT NULL,
	account   TEXT NOT NULL,
	state     TEXT NOT NULL,
	why       TEXT NOT NULL DEFAULT '',
	asked_by  TEXT NOT NULL,
	at        TEXT NOT NULL
);
create index deposit_payout_of on deposit_payout (deposit, id);
create index deposit_payout_due on deposit_payout (state, id);
create index deposit_payout_case on deposit_payout (case_id) where case_id <> 0;

-- What was carried over 结转 at the end of a year.
create table deposit_year (
	deposit   BIGINT NOT NULL,
	year      INTEGER NOT NULL,
	principal BIGINT NOT NULL,
	interest  BIGINT NOT NULL,
	drawn     INTEGER NOT NULL,
	PRIMARY KEY (deposit, year)
) WITHOUT ROWID;
