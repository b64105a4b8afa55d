-- +goose Up
create table place (
	code       TEXT NOT NULL PRIMARY KEY,
	name       TEXT NOT NULL,
	level      TEXT NOT NULL,
	parent     TEXT NOT NULL DEFAULT '',
	path       TEXT NOT NULL,
	valid_from TEXT NOT NULL DEFAULT '',
	valid_to   TEXT NOT NULL DEFAULT '',
	since      TEXT NOT NULL DEFAULT '',
	lon        INTEGER NOT NULL DEFAULT 0,
	lat        INTEGER NOT NULL DEFAULT 0,
	outline    TEXT NOT NULL DEFAULT ''
);
create unique index place_path on place (path);
create index place_parent on place (parent, code);

create table place_past (
	code       TEXT NOT NULL REFERENCES place (code),
	name       TEXT NOT NULL,
	parent     TEXT NOT NULL,
	valid_from TEXT NOT NULL,
	valid_to   TEXT NOT NULL,
	PRIMARY KEY (code, valid_to)
);

create table place_successor (
	code      TEXT NOT NULL REFERENCES place (code),
	successor TEXT NOT NULL REFERENCES place (code),
	since     TEXT NOT NULL,
	PRIMARY KEY (code, successor)
);

create table place_change (
	id       INTEGER NOT NULL PRIMARY KEY,
	kind     TEXT NOT NULL,
	code     TEXT NOT NULL,
	detail   TEXT NOT NULL DEFAULT '',
	on_date  TEXT NOT NULL,
	basis    TEXT NOT NULL DEFAULT '',
	by_whom  TEXT NOT NULL DEFAULT '',
	at       TEXT NOT NULL
);
create index place_change_code on place_change (code, id);

create table place_state (
	id      INTEGER NOT NULL PRIMARY KEY,
	version INTEGER NOT NULL
);
insert into place_state (id, version) values (1, 1);

-- +goose Down
drop table place_state;
drop table place_change;
drop table place_successor;
drop table place_past;
drop table place;
