-- +goose Up

-- One reading of a table of persons: a trial run or the real one. run tells tables, maps and sources apart.
create table exchange_pass (
	run       TEXT NOT NULL,
	trial     INTEGER NOT NULL,
	name      TEXT NOT NULL,
	deed      BIGINT NOT NULL,
	done      INTEGER NOT NULL DEFAULT 0,
	added     INTEGER NOT NULL DEFAULT 0,
	changed   INTEGER NOT NULL DEFAULT 0,
	present   INTEGER NOT NULL DEFAULT 0,
	conflicts INTEGER NOT NULL DEFAULT 0,
	likely    INTEGER NOT NULL DEFAULT 0,
	rejected  INTEGER NOT NULL DEFAULT 0,
	began_at  TEXT NOT NULL,
	ended_at  TEXT NOT NULL DEFAULT '',
	primary key (run, trial)
) WITHOUT ROWID;

-- What became of a row, with its own text, masked.
create table exchange_verdict (
	run     TEXT NOT NULL,
	trial   INTEGER NOT NULL,
	line    INTEGER NOT NULL,
	verdict TEXT NOT NULL,
	field   TEXT NOT NULL DEFAULT '',
	reason  TEXT NOT NULL DEFAULT '',
	person  BIGINT NOT NULL DEFAULT 0,
	cells   TEXT NOT NULL,
	primary key (run, trial, line)
) WITHOUT ROWID;
create index exchange_verdict_kind on exchange_verdict (run, trial, verdict, line);

-- Which person a row without an identity number became, so that the same row again is the same person.
create table exchange_person (
	source TEXT NOT NULL,
	digest TEXT NOT NULL,
	person BIGINT NOT NULL,
	primary key (source, digest)
) WITHOUT ROWID;

-- Tables that somebody sent by a page, and how far they are.
create table exchange_table (
	id       BIGINT NOT NULL PRIMARY KEY,
	name     TEXT NOT NULL,
	hash     TEXT NOT NULL,
	link     BIGINT NOT NULL,
	path     TEXT NOT NULL,
	owner    BIGINT NOT NULL,
	by_name  TEXT NOT NULL,
	at       TEXT NOT NULL,
	map      TEXT NOT NULL DEFAULT '',
	state    TEXT NOT NULL,
	run      TEXT NOT NULL DEFAULT '',
	job      BIGINT NOT NULL DEFAULT 0,
	why      TEXT NOT NULL DEFAULT ''
);
create index exchange_table_owner on exchange_table (owner, id);

-- Maps that somebody gave a name, to be used again.
create table exchange_map (
	name    TEXT NOT NULL PRIMARY KEY,
	map     TEXT NOT NULL,
	by_name TEXT NOT NULL,
	at      TEXT NOT NULL
) WITHOUT ROWID;

-- +goose Down
drop table exchange_map;
drop table exchange_table;
drop table exchange_person;
drop table exchange_verdict;
drop table exchange_pass;
