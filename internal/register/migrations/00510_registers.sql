-- +goose Up
-- Columns of these tables are what facts say today, for searching; what was told, when and by whom is in statement and relation.
alter table person add column path TEXT NOT NULL DEFAULT '';
alter table person add column home_path TEXT NOT NULL DEFAULT '';
alter table person add column died TEXT NOT NULL DEFAULT '';
-- A name within a street reads one range; every name with two given characters is told from the index alone.
create index person_path on person (path, name, id);
create index person_home on person (home_path, name, id) where home_path <> '';
create index person_name on person (name, path, id);

create table household (
	id         INTEGER NOT NULL PRIMARY KEY,
	kind       TEXT NOT NULL,
	number     TEXT NOT NULL DEFAULT '',
	place      TEXT NOT NULL,
	path       TEXT NOT NULL,
	address    TEXT NOT NULL DEFAULT '',
	dwelling   INTEGER NOT NULL DEFAULT 0,
	head       INTEGER NOT NULL DEFAULT 0,
	closed     TEXT NOT NULL DEFAULT '',
	source     TEXT NOT NULL DEFAULT '',
	created_at TEXT NOT NULL,
	updated_at TEXT NOT NULL
);
create index household_path on household (path, id);
create index household_dwelling on household (dwelling);
create unique index household_number on household (number) where number <> '';

create table dwelling (
	id         INTEGER NOT NULL PRIMARY KEY,
	parent     INTEGER NOT NULL DEFAULT 0,
	level      TEXT NOT NULL,
	name       TEXT NOT NULL,
	place      TEXT NOT NULL,
	path       TEXT NOT NULL,
	address    TEXT NOT NULL,
	closed     TEXT NOT NULL DEFAULT '',
	source     TEXT NOT NULL DEFAULT '',
	created_at TEXT NOT NULL,
	updated_at TEXT NOT NULL
);
create unique index dwelling_once on dwelling (place, parent, name);
create index dwelling_parent on dwelling (parent, name) where parent <> 0;
create index dwelling_path on dwelling (path, address);

alter table organisation add column kind TEXT NOT NULL DEFAULT '';
alter table organisation add column registration TEXT NOT NULL DEFAULT '';
alter table organisation add column path TEXT NOT NULL DEFAULT '';
alter table organisation add column closed TEXT NOT NULL DEFAULT '';
alter table organisation add column source TEXT NOT NULL DEFAULT '';
create index organisation_path on organisation (path, name);

create table facility (
	id         INTEGER NOT NULL PRIMARY KEY,
	kind       TEXT NOT NULL,
	name       TEXT NOT NULL,
	place      TEXT NOT NULL,
	path       TEXT NOT NULL,
	address    TEXT NOT NULL DEFAULT '',
	hours      TEXT NOT NULL DEFAULT '',
	shareable  INTEGER NOT NULL DEFAULT 0,
	closed     TEXT NOT NULL DEFAULT '',
	source     TEXT NOT NULL DEFAULT '',
	created_at TEXT NOT NULL,
	updated_at TEXT NOT NULL
);
create unique index facility_once on facility (place, name);
create index facility_path on facility (path, name);

-- +goose Down
drop table facility;
drop index organisation_path;
alter table organisation drop column source;
alter table organisation drop column closed;
alter table organisation drop column path;
alter table organisation drop column registration;
alter table organisation drop column kind;
drop table dwelling;
drop table household;
drop index person_name;
drop index person_home;
drop index person_path;
alter table person drop column died;
alter table person drop column home_path;
alter table person drop column path;
