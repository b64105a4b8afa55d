-- +goose Up

-- A template that somebody uploaded: a workbook, and its cells with what they mean.
create table table_template (
	id        INTEGER PRIMARY KEY,
	title     TEXT NOT NULL,
	sheet     TEXT NOT NULL,
	cells     TEXT NOT NULL,
	hash      TEXT NOT NULL,
	size      BIGINT NOT NULL,
	type      TEXT NOT NULL,
	unit      TEXT NOT NULL,
	made_by   TEXT NOT NULL,
	made_at   TEXT NOT NULL,
	bound_at  TEXT NOT NULL DEFAULT ''
);
create index table_template_unit on table_template (unit, made_at);

-- Who asked for which table, why, until when, admitted by which case; with the cells as they were then.
create table table_demand (
	id         INTEGER PRIMARY KEY,
	source     TEXT NOT NULL,
	title      TEXT NOT NULL,
	sheet      TEXT NOT NULL,
	cells      TEXT NOT NULL,
	hash       TEXT NOT NULL DEFAULT '',
	size       BIGINT NOT NULL DEFAULT 0,
	type       TEXT NOT NULL DEFAULT '',
	unit       TEXT NOT NULL,
	name       TEXT NOT NULL,
	account    BIGINT NOT NULL,
	why        TEXT NOT NULL,
	admission  BIGINT NOT NULL,
	number     TEXT NOT NULL,
	from_day   TEXT NOT NULL,
	to_day     TEXT NOT NULL,
	until_day  TEXT NOT NULL,
	asked_at   TEXT NOT NULL
);
create index table_demand_unit on table_demand (unit, asked_at);

-- One unit's sheet of a demand, with how many of its cells filled themselves.
create table table_sheet (
	id        INTEGER PRIMARY KEY,
	demand    BIGINT NOT NULL,
	unit      TEXT NOT NULL,
	place     TEXT NOT NULL,
	path      TEXT NOT NULL,
	state     TEXT NOT NULL,
	cells     INTEGER NOT NULL,
	itself    INTEGER NOT NULL,
	known     INTEGER NOT NULL,
	asked     INTEGER NOT NULL,
	done_at   TEXT NOT NULL DEFAULT '',
	done_by   TEXT NOT NULL DEFAULT ''
);
create unique index table_sheet_unit on table_sheet (demand, unit);
create index table_sheet_path on table_sheet (path, state);
create index table_sheet_of on table_sheet (unit, state);

create table table_cell (
	sheet   BIGINT NOT NULL,
	at      TEXT NOT NULL,
	value   TEXT NOT NULL,
	origin  TEXT NOT NULL,
	note    TEXT NOT NULL,
	told_at TEXT NOT NULL,
	primary key (sheet, at)
) WITHOUT ROWID;

-- What a place answered, by datum and period: asked once. A corrected answer ends the former and is a row of its own.
create table table_answer (
	id        INTEGER PRIMARY KEY,
	place     TEXT NOT NULL,
	datum     TEXT NOT NULL,
	from_day  TEXT NOT NULL,
	to_day    TEXT NOT NULL,
	value     TEXT NOT NULL,
	demand    BIGINT NOT NULL,
	title     TEXT NOT NULL,
	by_name   TEXT NOT NULL,
	told_at   TEXT NOT NULL,
	ended_at  TEXT NOT NULL DEFAULT ''
);
create unique index table_answer_stands on table_answer (place, datum, from_day, to_day) where ended_at = '';

-- +goose Down
drop table table_answer;
drop table table_cell;
drop table table_sheet;
drop table table_demand;
drop table table_template;
