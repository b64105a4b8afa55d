-- +goose Up
-- One row is one telling. A row is never altered, but for the instant from which it is no longer what we hold, and the deed that ended it.
create table statement (
	id            INTEGER NOT NULL PRIMARY KEY,
	subject       INTEGER NOT NULL,
	subject_kind  TEXT NOT NULL,
	name          TEXT NOT NULL,
	value         TEXT NOT NULL,
	valid_from    TEXT NOT NULL DEFAULT '',
	valid_to      TEXT NOT NULL DEFAULT '',
	recorded_at   TEXT NOT NULL,
	superseded_at TEXT NOT NULL DEFAULT '',
	source_kind   TEXT NOT NULL,
	source        TEXT NOT NULL DEFAULT '',
	certainty     TEXT NOT NULL,
	by_actor      TEXT NOT NULL DEFAULT '',
	basis         TEXT NOT NULL DEFAULT '',
	deed          INTEGER NOT NULL,
	ended_by      INTEGER NOT NULL DEFAULT 0
);
-- All that was ever told of a subject: present, as of, and history read one range of it.
create index statement_subject_name on statement (subject, name, recorded_at);
create index statement_deed on statement (deed);
create index statement_ended on statement (ended_by) where ended_by <> 0;

-- One row for each subject that somebody told something about. Writers of one subject queue here.
create table statement_subject (
	subject      INTEGER NOT NULL PRIMARY KEY,
	subject_kind TEXT NOT NULL,
	version      INTEGER NOT NULL
);

create table statement_conflict (
	id           INTEGER NOT NULL PRIMARY KEY,
	subject      INTEGER NOT NULL,
	subject_kind TEXT NOT NULL,
	name         TEXT NOT NULL,
	standing     INTEGER NOT NULL REFERENCES statement (id),
	value        TEXT NOT NULL,
	valid_from   TEXT NOT NULL DEFAULT '',
	valid_to     TEXT NOT NULL DEFAULT '',
	source_kind  TEXT NOT NULL,
	source       TEXT NOT NULL DEFAULT '',
	certainty    TEXT NOT NULL,
	by_actor     TEXT NOT NULL DEFAULT '',
	basis        TEXT NOT NULL DEFAULT '',
	path         TEXT NOT NULL,
	recorded_at  TEXT NOT NULL,
	state        TEXT NOT NULL,
	settled_by   TEXT NOT NULL DEFAULT '',
	settled_at   TEXT NOT NULL DEFAULT '',
	reason       TEXT NOT NULL DEFAULT ''
);
create index statement_conflict_queue on statement_conflict (state, path, id);
create index statement_conflict_subject on statement_conflict (subject, id);

create table statement_correction (
	id           INTEGER NOT NULL PRIMARY KEY,
	subject      INTEGER NOT NULL,
	subject_kind TEXT NOT NULL,
	name         TEXT NOT NULL,
	standing     INTEGER NOT NULL DEFAULT 0,
	was          TEXT NOT NULL DEFAULT '',
	value        TEXT NOT NULL,
	valid_from   TEXT NOT NULL DEFAULT '',
	valid_to     TEXT NOT NULL DEFAULT '',
	reason       TEXT NOT NULL,
	path         TEXT NOT NULL,
	asked_by     TEXT NOT NULL,
	asked_at     TEXT NOT NULL,
	state        TEXT NOT NULL,
	decided_by   TEXT NOT NULL DEFAULT '',
	decided_at   TEXT NOT NULL DEFAULT '',
	answer       TEXT NOT NULL DEFAULT ''
);
create index statement_correction_queue on statement_correction (state, path, id);
create index statement_correction_subject on statement_correction (subject, id);
-- One question at a time: the second clerk hears of the first.
create unique index statement_correction_open on statement_correction (subject, name) where state = 'asked';

create table relation (
	id            INTEGER NOT NULL PRIMARY KEY,
	name          TEXT NOT NULL,
	from_kind     TEXT NOT NULL,
	from_id       INTEGER NOT NULL,
	to_kind       TEXT NOT NULL,
	to_id         INTEGER NOT NULL,
	detail        TEXT NOT NULL DEFAULT '',
	valid_from    TEXT NOT NULL DEFAULT '',
	valid_to      TEXT NOT NULL DEFAULT '',
	recorded_at   TEXT NOT NULL,
	superseded_at TEXT NOT NULL DEFAULT '',
	source_kind   TEXT NOT NULL,
	source        TEXT NOT NULL DEFAULT '',
	certainty     TEXT NOT NULL,
	by_actor      TEXT NOT NULL DEFAULT '',
	basis         TEXT NOT NULL DEFAULT '',
	deed          INTEGER NOT NULL,
	ended_by      INTEGER NOT NULL DEFAULT 0
);
create index relation_from on relation (from_id, name);
create index relation_to on relation (to_id, name);
create index relation_deed on relation (deed);
create index relation_ended on relation (ended_by) where ended_by <> 0;

-- +goose Down
drop table relation;
drop table statement_correction;
drop table statement_conflict;
drop table statement_subject;
drop table statement;
