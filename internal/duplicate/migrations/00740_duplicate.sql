-- +goose Up

-- Two entries that are likely of one person, the older first, until somebody has looked at them.
create table duplicate_pair (
	id         BIGINT NOT NULL PRIMARY KEY,
	older      BIGINT NOT NULL,
	newer      BIGINT NOT NULL,
	path       TEXT NOT NULL,
	rule       INTEGER NOT NULL,
	says       TEXT NOT NULL,
	reasons    TEXT NOT NULL,
	source     TEXT NOT NULL,
	found_at   TEXT NOT NULL,
	state      TEXT NOT NULL,
	decided_by TEXT NOT NULL DEFAULT '',
	decided_at TEXT NOT NULL DEFAULT '',
	why        TEXT NOT NULL DEFAULT ''
);
create unique index duplicate_pair_once on duplicate_pair (older, newer);
create index duplicate_pair_queue on duplicate_pair (state, path, id);
create index duplicate_pair_newer on duplicate_pair (newer);

-- +goose Down
drop table duplicate_pair;
