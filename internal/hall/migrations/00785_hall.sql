-- +goose Up

-- A hall or other facility of a community: where it is, who owns it, when it is open, whether others may use it.
create table hall (
	id        INTEGER PRIMARY KEY,
	facility  BIGINT NOT NULL DEFAULT 0,
	kind      TEXT NOT NULL,
	name      TEXT NOT NULL,
	place     TEXT NOT NULL,
	path      TEXT NOT NULL,
	unit      TEXT NOT NULL,
	opens     TEXT NOT NULL,
	services  TEXT NOT NULL DEFAULT '',
	area      INTEGER NOT NULL DEFAULT 0,
	seats     INTEGER NOT NULL DEFAULT 0,
	shared    INTEGER NOT NULL DEFAULT 0,
	counters  INTEGER NOT NULL DEFAULT 0,
	slot      INTEGER NOT NULL DEFAULT 30,
	capacity  INTEGER NOT NULL DEFAULT 0,
	most      INTEGER NOT NULL DEFAULT 3,
	elder     INTEGER NOT NULL DEFAULT 70,
	version   BIGINT NOT NULL DEFAULT 1
);
create index hall_path on hall (path, name);

-- One row a hall and day: the last number, and how many with priority were called in a row.
create table hall_day (
	hall    BIGINT NOT NULL,
	day     TEXT NOT NULL,
	last    INTEGER NOT NULL,
	streak  INTEGER NOT NULL DEFAULT 0,
	version BIGINT NOT NULL DEFAULT 0,
	primary key (hall, day)
) WITHOUT ROWID;

create table hall_ticket (
	id         INTEGER PRIMARY KEY,
	hall       BIGINT NOT NULL,
	day        TEXT NOT NULL,
	seq        INTEGER NOT NULL,
	number     TEXT NOT NULL,
	class      TEXT NOT NULL,
	service    TEXT NOT NULL DEFAULT '',
	state      TEXT NOT NULL,
	counter    INTEGER NOT NULL DEFAULT 0,
	calls      INTEGER NOT NULL DEFAULT 0,
	taken_at   TEXT NOT NULL,
	called_at  TEXT NOT NULL DEFAULT '',
	ended_at   TEXT NOT NULL DEFAULT ''
);
create unique index hall_ticket_seq on hall_ticket (hall, day, seq);
create unique index hall_ticket_counter on hall_ticket (hall, day, counter) where state = 'called';
create index hall_ticket_state on hall_ticket (hall, day, state, seq);

-- How many places of a slot are taken. The row is what two who want the last place meet at.
create table hall_slot (
	hall   BIGINT NOT NULL,
	at     TEXT NOT NULL,
	taken  INTEGER NOT NULL,
	primary key (hall, at)
) WITHOUT ROWID;

create table hall_appointment (
	id        INTEGER PRIMARY KEY,
	hall      BIGINT NOT NULL,
	at        TEXT NOT NULL,
	service   TEXT NOT NULL DEFAULT '',
	person    BIGINT NOT NULL,
	state     TEXT NOT NULL,
	ticket    BIGINT NOT NULL DEFAULT 0,
	made_at   TEXT NOT NULL,
	ended_at  TEXT NOT NULL DEFAULT ''
);
create unique index hall_appointment_one on hall_appointment (person, at) where state = 'booked';
create index hall_appointment_hall on hall_appointment (hall, at);

create table hall_booking (
	id          INTEGER PRIMARY KEY,
	hall        BIGINT NOT NULL,
	from_at     TEXT NOT NULL,
	to_at       TEXT NOT NULL,
	purpose     TEXT NOT NULL,
	heads       INTEGER NOT NULL,
	unit        TEXT NOT NULL DEFAULT '',
	account     BIGINT NOT NULL,
	name        TEXT NOT NULL,
	state       TEXT NOT NULL,
	words       TEXT NOT NULL DEFAULT '',
	decided_by  TEXT NOT NULL DEFAULT '',
	asked_at    TEXT NOT NULL,
	decided_at  TEXT NOT NULL DEFAULT ''
);
create index hall_booking_hall on hall_booking (hall, from_at);
create index hall_booking_account on hall_booking (account, from_at);

create table hall_visit (
	id         INTEGER PRIMARY KEY,
	place      TEXT NOT NULL,
	path       TEXT NOT NULL,
	account    BIGINT NOT NULL,
	name       TEXT NOT NULL,
	address    TEXT NOT NULL,
	need       TEXT NOT NULL,
	state      TEXT NOT NULL,
	worker     BIGINT NOT NULL DEFAULT 0,
	worker_name TEXT NOT NULL DEFAULT '',
	day        TEXT NOT NULL DEFAULT '',
	words      TEXT NOT NULL DEFAULT '',
	asked_at   TEXT NOT NULL,
	ended_at   TEXT NOT NULL DEFAULT ''
);
create index hall_visit_path on hall_visit (path, asked_at);
create index hall_visit_account on hall_visit (account, asked_at);

-- What others may count: use of halls and facilities.
create view fact_hall as
select id, kind, name, place, path, unit, area, shared, counters from hall;

-- +goose Down
drop view fact_hall;
drop table hall_visit;
drop table hall_booking;
drop table hall_appointment;
drop table hall_slot;
drop table hall_ticket;
drop table hall_day;
drop table hall;
