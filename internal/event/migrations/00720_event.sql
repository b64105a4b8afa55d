-- +goose Up
-- One row is one event; its id is the deed under which everything it told stands.
create table event_log (
	id        INTEGER NOT NULL PRIMARY KEY,
	kind      TEXT NOT NULL,
	subject   TEXT NOT NULL,
	subjects  TEXT NOT NULL,
	happened  TEXT NOT NULL,
	path      TEXT NOT NULL,
	detail    TEXT NOT NULL DEFAULT '',
	basis     TEXT NOT NULL DEFAULT '',
	by_actor  TEXT NOT NULL,
	at        TEXT NOT NULL,
	undone_by TEXT NOT NULL DEFAULT '',
	undone_at TEXT NOT NULL DEFAULT '',
	reason    TEXT NOT NULL DEFAULT ''
);
create index event_log_subject on event_log (subject, id);
create index event_log_path on event_log (path, id);

-- One row is one person who came or went: told where he is, answered where he comes from.
create table event_floating (
	id           INTEGER NOT NULL PRIMARY KEY,
	person       INTEGER NOT NULL,
	way          TEXT NOT NULL,
	place        TEXT NOT NULL,
	path         TEXT NOT NULL,
	home         TEXT NOT NULL,
	home_path    TEXT NOT NULL DEFAULT '',
	happened     TEXT NOT NULL,
	state        TEXT NOT NULL,
	month        TEXT NOT NULL DEFAULT '',
	collected_by TEXT NOT NULL,
	collected_at TEXT NOT NULL,
	verified_by  TEXT NOT NULL DEFAULT '',
	verified_at  TEXT NOT NULL DEFAULT '',
	shared_by    TEXT NOT NULL DEFAULT '',
	shared_at    TEXT NOT NULL DEFAULT '',
	answered_by  TEXT NOT NULL DEFAULT '',
	answered_at  TEXT NOT NULL DEFAULT '',
	answer       TEXT NOT NULL DEFAULT '',
	note         TEXT NOT NULL DEFAULT ''
);
create index event_floating_here on event_floating (state, path, id);
create index event_floating_home on event_floating (state, home_path, id);
create index event_floating_person on event_floating (person, id);
create unique index event_floating_open on event_floating (person, way) where state <> 'closed';

-- +goose Down
drop table event_floating;
drop table event_log;
