-- +goose Up

-- What was read of which file: one row a file, map, flow and place, so that a run that was stopped goes on.
create table exchange_file (
	run       TEXT NOT NULL PRIMARY KEY,
	name      TEXT NOT NULL,
	hash      TEXT NOT NULL,
	done      INTEGER NOT NULL DEFAULT 0,
	line      INTEGER NOT NULL DEFAULT 0,
	imported  INTEGER NOT NULL DEFAULT 0,
	replied   INTEGER NOT NULL DEFAULT 0,
	present   INTEGER NOT NULL DEFAULT 0,
	rejected  INTEGER NOT NULL DEFAULT 0,
	began_at  TEXT NOT NULL,
	ended_at  TEXT NOT NULL DEFAULT ''
);

-- Which case a number of another system became, with a digest of its words and what of it no case has a place for.
create table exchange_source (
	source    TEXT NOT NULL,
	number    TEXT NOT NULL,
	case_id   BIGINT NOT NULL,
	digest    TEXT NOT NULL,
	likes     INTEGER NOT NULL DEFAULT 0,
	dislikes  INTEGER NOT NULL DEFAULT 0,
	at        TEXT NOT NULL,
	primary key (source, number)
) WITHOUT ROWID;
create index exchange_source_case on exchange_source (case_id);

-- The rows that could not be brought in, with their own text, until the file is run anew.
create table exchange_reject (
	run     TEXT NOT NULL,
	line    INTEGER NOT NULL,
	reason  TEXT NOT NULL,
	cells   TEXT NOT NULL,
	primary key (run, line)
) WITHOUT ROWID;

-- +goose Down
drop table exchange_reject;
drop table exchange_source;
drop table exchange_file;
