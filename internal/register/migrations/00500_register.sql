-- +goose Up
create table person (
	id         INTEGER NOT NULL PRIMARY KEY,
	name       TEXT NOT NULL,
	sex        TEXT NOT NULL DEFAULT '',
	born       TEXT NOT NULL DEFAULT '',
	place      TEXT NOT NULL DEFAULT '',
	address    TEXT NOT NULL DEFAULT '',
	source     TEXT NOT NULL DEFAULT '',
	created_at TEXT NOT NULL,
	updated_at TEXT NOT NULL
);

create table register_secret (
	id       INTEGER NOT NULL PRIMARY KEY,
	person   INTEGER NOT NULL REFERENCES person (id),
	kind     TEXT NOT NULL,
	lookup   BYTEA NOT NULL,
	sealed   BYTEA NOT NULL,
	key      TEXT NOT NULL,
	masked   TEXT NOT NULL,
	source   TEXT NOT NULL DEFAULT '',
	first_at TEXT NOT NULL,
	last_at  TEXT NOT NULL
);
create unique index register_secret_once on register_secret (person, kind, lookup);
-- Written with substr because SQLite holds each "kind = ?" against an index "where kind = …" and plans the statement anew every
-- time it is bound.
create unique index register_secret_id_number on register_secret (lookup) where substr(kind, 1, 3) = 'id-';
create index register_secret_lookup on register_secret (lookup) where substr(kind, 1, 3) <> 'id-';
create index register_secret_key on register_secret (key, id);

create table organisation (
	id         INTEGER NOT NULL PRIMARY KEY,
	code       TEXT NOT NULL DEFAULT '',
	name       TEXT NOT NULL,
	place      TEXT NOT NULL DEFAULT '',
	address    TEXT NOT NULL DEFAULT '',
	created_at TEXT NOT NULL,
	updated_at TEXT NOT NULL
);
create unique index organisation_code on organisation (code) where code <> '';
create index organisation_name on organisation (name);

-- +goose Down
drop table organisation;
drop table register_secret;
drop table person;
