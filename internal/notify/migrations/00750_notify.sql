-- +goose Up
create table notify_message (
	id        INTEGER PRIMARY KEY,
	recipient TEXT NOT NULL,
	subject   TEXT NOT NULL,
	text      TEXT NOT NULL,
	link      TEXT NOT NULL DEFAULT '',
	at        TEXT NOT NULL,
	read_at   TEXT NOT NULL DEFAULT ''
);
create index notify_message_recipient on notify_message (recipient, id);
create index notify_message_unread on notify_message (recipient, id) where read_at = '';

create table notify_hook (
	id         INTEGER PRIMARY KEY,
	url        TEXT NOT NULL,
	secret     TEXT NOT NULL,
	events     TEXT NOT NULL,
	scope      TEXT NOT NULL DEFAULT '',
	active     INTEGER NOT NULL DEFAULT 1,
	stopped    TEXT NOT NULL DEFAULT '',
	created_by TEXT NOT NULL,
	created_at TEXT NOT NULL
);

create table notify_delivery (
	id         INTEGER PRIMARY KEY,
	channel    TEXT NOT NULL,
	hook       BIGINT NOT NULL DEFAULT 0,
	target     TEXT NOT NULL,
	event      TEXT NOT NULL,
	body       TEXT NOT NULL,
	state      TEXT NOT NULL,
	ref        TEXT NOT NULL DEFAULT '',
	created_at TEXT NOT NULL,
	done_at    TEXT NOT NULL DEFAULT ''
);
create index notify_delivery_failed on notify_delivery (id) where state = 'failed';

create table notify_attempt (
	id       INTEGER PRIMARY KEY,
	delivery BIGINT NOT NULL,
	at       TEXT NOT NULL,
	took_ms  BIGINT NOT NULL,
	status   INTEGER NOT NULL,
	note     TEXT NOT NULL
);
create index notify_attempt_delivery on notify_attempt (delivery, id);

-- +goose Down
drop table notify_attempt;
drop table notify_delivery;
drop table notify_hook;
drop table notify_message;
