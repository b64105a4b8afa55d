-- +goose Up

-- An entitlement 享受资格. benefit: "document:id". event: the occasion, "" where there is one only. begun, ended: first and last day paid; ended '' is open.
-- unit: that decides on it.
create table benefit_entitlement (
	id       INTEGER PRIMARY KEY,
	benefit  TEXT NOT NULL,
	kind     TEXT NOT NULL,
	subject  BIGINT NOT NULL,
	event    TEXT NOT NULL DEFAULT '',
	path     TEXT NOT NULL,
	case_id  BIGINT NOT NULL DEFAULT 0,
	number   TEXT NOT NULL DEFAULT '',
	state    TEXT NOT NULL,
	begun    TEXT NOT NULL,
	ended    TEXT NOT NULL DEFAULT '',
	fen      INTEGER NOT NULL,
	pack     TEXT NOT NULL,
	unit     TEXT NOT NULL DEFAULT '',
	version  INTEGER NOT NULL DEFAULT 1,
	unique (benefit, kind, subject, event)
);
create index benefit_entitlement_subject on benefit_entitlement (subject, kind);
create index benefit_entitlement_path on benefit_entitlement (path, id);

-- A decision 待遇决定. effective: the first day on which it holds (of a stop the last that is paid). inputs, steps: JSON.
create table benefit_decision (
	id          INTEGER PRIMARY KEY,
	entitlement BIGINT NOT NULL,
	seq         INTEGER NOT NULL,
	kind        TEXT NOT NULL,
	on_day      TEXT NOT NULL,
	effective   TEXT NOT NULL,
	fen         INTEGER NOT NULL,
	pack        TEXT NOT NULL,
	inputs      TEXT NOT NULL,
	steps       TEXT NOT NULL,
	clause      TEXT NOT NULL,
	words       TEXT NOT NULL,
	case_id     BIGINT NOT NULL DEFAULT 0,
	finding     BIGINT NOT NULL DEFAULT 0,
	by_id       BIGINT NOT NULL,
	by_name     TEXT NOT NULL,
	at          TEXT NOT NULL,
	unique (entitlement, seq)
);

-- A finding 核查线索: what the rules say that is not what is decided. print: digest of the facts asked about; one that was dismissed stays so while they are the same.
create table benefit_finding (
	id          INTEGER PRIMARY KEY,
	benefit     TEXT NOT NULL,
	kind        TEXT NOT NULL,
	skind       TEXT NOT NULL,
	subject     BIGINT NOT NULL,
	event       TEXT NOT NULL DEFAULT '',
	path        TEXT NOT NULL,
	unit        TEXT NOT NULL DEFAULT '',
	entitlement BIGINT NOT NULL DEFAULT 0,
	fen         INTEGER NOT NULL DEFAULT 0,
	effective   TEXT NOT NULL,
	pack        TEXT NOT NULL,
	needs       TEXT NOT NULL DEFAULT '',
	inputs      TEXT NOT NULL,
	steps       TEXT NOT NULL,
	clause      TEXT NOT NULL,
	print       TEXT NOT NULL,
	state       TEXT NOT NULL,
	found_at    TEXT NOT NULL,
	checked_by  BIGINT NOT NULL DEFAULT 0,
	checked_name TEXT NOT NULL DEFAULT '',
	checked_at  TEXT NOT NULL DEFAULT '',
	words       TEXT NOT NULL DEFAULT '',
	decided_by  BIGINT NOT NULL DEFAULT 0,
	decided_name TEXT NOT NULL DEFAULT '',
	decided_at  TEXT NOT NULL DEFAULT '',
	case_id     BIGINT NOT NULL DEFAULT 0
);
create unique index benefit_finding_open on benefit_finding (benefit, skind, subject, event) where state in ('open', 'checked');
create index benefit_finding_entitlement on benefit_finding (entitlement, state);
create index benefit_finding_subject on benefit_finding (subject, benefit);
create index benefit_finding_list on benefit_finding (state, path, id);
create index benefit_finding_unit on benefit_finding (unit, state, id) where unit <> '';

-- What was paid for a period, and what of it was claimed back. at '' while the bank has not answered.
create table benefit_payment (
	key         TEXT NOT NULL PRIMARY KEY,
	entitlement BIGINT NOT NULL,
	period      TEXT NOT NULL,
	day         TEXT NOT NULL,
	fen         INTEGER NOT NULL,
	claimed     INTEGER NOT NULL DEFAULT 0,
	at          TEXT NOT NULL
);
create index benefit_payment_entitlement on benefit_payment (entitlement, day);

-- Where somebody's money goes, under seal.
create table benefit_account (
	kind    TEXT NOT NULL,
	subject BIGINT NOT NULL,
	holder  TEXT NOT NULL,
	bank    TEXT NOT NULL,
	sealed  TEXT NOT NULL,
	masked  TEXT NOT NULL,
	by_name TEXT NOT NULL,
	at      TEXT NOT NULL,
	primary key (kind, subject)
);

-- An appeal 申诉 against a decision.
create table benefit_appeal (
	id        INTEGER PRIMARY KEY,
	decision  BIGINT NOT NULL UNIQUE,
	path      TEXT NOT NULL,
	unit      TEXT NOT NULL,
	words     TEXT NOT NULL,
	by_name   TEXT NOT NULL,
	at        TEXT NOT NULL,
	upheld    INTEGER NOT NULL DEFAULT 0,
	answer    TEXT NOT NULL DEFAULT '',
	answered_by BIGINT NOT NULL DEFAULT 0,
	answered_name TEXT NOT NULL DEFAULT '',
	answered_at TEXT NOT NULL DEFAULT ''
);
create index benefit_appeal_open on benefit_appeal (answered_at, path);

-- How far the answers about everybody were followed.
create table benefit_follow (
	city TEXT NOT NULL PRIMARY KEY,
	seen BIGINT NOT NULL
);

-- +goose Down
drop table benefit_follow;
drop table benefit_appeal;
drop table benefit_account;
drop table benefit_payment;
drop table benefit_finding;
drop table benefit_decision;
drop table benefit_entitlement;
