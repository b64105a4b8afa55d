-- +goose Up
create table audit_entry (
	id       INTEGER PRIMARY KEY,
	city     TEXT NOT NULL,
	position BIGINT NOT NULL DEFAULT -1,
	at       TEXT NOT NULL,
	actor    TEXT NOT NULL,
	verb     TEXT NOT NULL,
	subject  TEXT NOT NULL,
	digest   BYTEA NOT NULL,
	detail   TEXT NOT NULL DEFAULT ''
);
create index audit_entry_pending on audit_entry (city, id) where position < 0;
create unique index audit_entry_position on audit_entry (city, position) where position >= 0;
create index audit_entry_subject on audit_entry (subject, id);

create table audit_log (
	city TEXT NOT NULL PRIMARY KEY,
	size BIGINT NOT NULL,
	root BYTEA NOT NULL
);

create table audit_tile (
	city   TEXT NOT NULL,
	level  INTEGER NOT NULL,
	n      BIGINT NOT NULL,
	hashes BYTEA NOT NULL,
	primary key (city, level, n)
);

create table audit_checkpoint (
	city TEXT NOT NULL,
	size BIGINT NOT NULL,
	at   TEXT NOT NULL,
	note TEXT NOT NULL,
	primary key (city, size)
);

-- +goose Down
drop table audit_checkpoint;
drop table audit_tile;
drop table audit_log;
drop table audit_entry;
