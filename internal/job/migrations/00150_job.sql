-- +goose Up
create table job (
	id           INTEGER PRIMARY KEY,
	kind         TEXT NOT NULL,
	unique_key   TEXT NOT NULL DEFAULT '',
	args         TEXT NOT NULL,
	state        TEXT NOT NULL,
	run_at       TEXT NOT NULL,
	attempts     INTEGER NOT NULL DEFAULT 0,
	max_attempts INTEGER NOT NULL,
	lease        BIGINT NOT NULL DEFAULT 0,
	lease_until  TEXT NOT NULL DEFAULT '',
	last_error   TEXT NOT NULL DEFAULT '',
	done         BIGINT NOT NULL DEFAULT 0,
	total        BIGINT NOT NULL DEFAULT 0,
	note         TEXT NOT NULL DEFAULT '',
	created_at   TEXT NOT NULL,
	finished_at  TEXT NOT NULL DEFAULT ''
);
create unique index job_waiting_key on job (kind, unique_key) where state = 'waiting' and unique_key <> '';
create index job_running_key on job (kind, unique_key) where state = 'running' and unique_key <> '';
create index job_due on job (run_at, id, kind, unique_key) where state = 'waiting';
create index job_lease on job (lease_until) where state = 'running';
create index job_failed on job (id) where state = 'failed';

-- +goose Down
drop table job;
