-- +goose Up
-- One row is one answer. A row is never altered, but for the instant from which another took its place.
create table standing_answer (
	id            INTEGER NOT NULL PRIMARY KEY,
	benefit       TEXT NOT NULL,
	subject       INTEGER NOT NULL,
	subject_kind  TEXT NOT NULL,
	path          TEXT NOT NULL,
	value         TEXT NOT NULL,
	fen           INTEGER NOT NULL,
	version       TEXT NOT NULL,
	inputs        TEXT NOT NULL,
	decided_on    TEXT NOT NULL,
	recorded_at   TEXT NOT NULL,
	superseded_at TEXT NOT NULL DEFAULT ''
);
create unique index standing_answer_now on standing_answer (subject, benefit) where superseded_at = '';
create index standing_answer_subject on standing_answer (subject, id);

-- How many transactions have written answers: who decides writes only when nobody else did since he read.
create table standing_state (
	id     INTEGER NOT NULL PRIMARY KEY,
	writes INTEGER NOT NULL
);
insert into standing_state (id, writes) values (1, 0);

-- +goose Down
drop table standing_state;
drop table standing_answer;
