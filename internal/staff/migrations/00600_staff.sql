-- +goose Up
create table staff_unit (
	code   TEXT NOT NULL PRIMARY KEY,
	name   TEXT NOT NULL,
	kind   TEXT NOT NULL DEFAULT '',
	place  TEXT NOT NULL DEFAULT '',
	parent TEXT NOT NULL DEFAULT '',
	closed INTEGER NOT NULL DEFAULT 0
);
create index staff_unit_place on staff_unit (place);

create table staff_office (
	office TEXT NOT NULL,
	unit   TEXT NOT NULL REFERENCES staff_unit (code),
	PRIMARY KEY (office, unit)
);
create index staff_office_unit on staff_office (unit);

create table staff_account (
	id           INTEGER NOT NULL PRIMARY KEY,
	login        TEXT NOT NULL,
	name         TEXT NOT NULL,
	post         TEXT NOT NULL DEFAULT '',
	unit         TEXT NOT NULL DEFAULT '',
	person       INTEGER NOT NULL DEFAULT 0,
	password     TEXT NOT NULL,
	must_change  INTEGER NOT NULL DEFAULT 0,
	disabled     INTEGER NOT NULL DEFAULT 0,
	failed       INTEGER NOT NULL DEFAULT 0,
	locked_until TEXT NOT NULL DEFAULT '',
	epoch        INTEGER NOT NULL DEFAULT 1,
	created_at   TEXT NOT NULL,
	password_at  TEXT NOT NULL
);
create unique index staff_account_login on staff_account (login);
create index staff_account_unit on staff_account (unit);
create unique index staff_account_person on staff_account (person) where person <> 0;

create table staff_grant (
	account INTEGER NOT NULL REFERENCES staff_account (id),
	role    TEXT NOT NULL,
	place   TEXT NOT NULL DEFAULT '',
	unit    TEXT NOT NULL DEFAULT '',
	at      TEXT NOT NULL,
	PRIMARY KEY (account, role, place, unit)
);
create index staff_grant_role on staff_grant (role, place, unit);

create table staff_state (
	id      INTEGER NOT NULL PRIMARY KEY,
	version INTEGER NOT NULL
);
insert into staff_state (id, version) values (1, 1);

-- +goose Down
drop table staff_state;
drop table staff_grant;
drop table staff_account;
drop table staff_office;
drop table staff_unit;
