-- +goose Up

-- One row for each occurrence of a duty and each unit that owes it. Days are civil dates, due_at is exclusive.
create table duty_task (
	id           INTEGER PRIMARY KEY,
	document     TEXT NOT NULL,
	duty         TEXT NOT NULL,
	pack_version TEXT NOT NULL,
	name         TEXT NOT NULL,
	does         TEXT NOT NULL,
	makes        TEXT NOT NULL DEFAULT '',
	basis        TEXT NOT NULL,
	unit         TEXT NOT NULL,
	path         TEXT NOT NULL,
	period_from  TEXT NOT NULL,
	period_to    TEXT NOT NULL,
	last_day     TEXT NOT NULL,
	due_at       TEXT NOT NULL,
	state        TEXT NOT NULL,
	was_late     INTEGER NOT NULL DEFAULT 0,
	raised_at    TEXT NOT NULL,
	reminded_at  TEXT NOT NULL DEFAULT '',
	done_at      TEXT NOT NULL DEFAULT '',
	done_by      BIGINT NOT NULL DEFAULT 0,
	done_name    TEXT NOT NULL DEFAULT '',
	evidence     TEXT NOT NULL DEFAULT '',
	words        TEXT NOT NULL DEFAULT ''
);
create unique index duty_task_once on duty_task (document, duty, unit, period_from);
create index duty_task_due on duty_task (state, due_at);
create index duty_task_unit on duty_task (unit, due_at);

-- +goose Down
drop table duty_task;
