-- +goose Up

-- Who works in which grid, from which day to before which day ('': no end is known). Rows are never deleted.
create table grid_post (
	id         INTEGER NOT NULL PRIMARY KEY,
	grid       TEXT NOT NULL,
	path       TEXT NOT NULL,
	account    INTEGER NOT NULL,
	part       TEXT NOT NULL,
	valid_from TEXT NOT NULL,
	valid_to   TEXT NOT NULL DEFAULT '',
	basis      TEXT NOT NULL DEFAULT '',
	granted    INTEGER NOT NULL DEFAULT 0,
	by_whom    TEXT NOT NULL,
	at         TEXT NOT NULL,
	end_why    TEXT NOT NULL DEFAULT '',
	end_by     TEXT NOT NULL DEFAULT '',
	end_at     TEXT NOT NULL DEFAULT ''
);
create index grid_post_grid on grid_post (grid, valid_from);
create index grid_post_account on grid_post (account, valid_from);
create index grid_post_path on grid_post (path);

-- One row a grid: whoever changes its posts holds it, so that two who assign at once come one after the other.
create table grid_hold (
	grid    TEXT NOT NULL PRIMARY KEY,
	version INTEGER NOT NULL
);

-- Times on duty. ended_at is '' while it lasts; forgot says that the worker did not end it himself. The last fix is kept with it.
create table grid_shift (
	id       INTEGER NOT NULL PRIMARY KEY,
	account  INTEGER NOT NULL,
	began_at TEXT NOT NULL,
	ended_at TEXT NOT NULL DEFAULT '',
	forgot   INTEGER NOT NULL DEFAULT 0,
	seen_at  TEXT NOT NULL DEFAULT '',
	lon      INTEGER NOT NULL DEFAULT 0,
	lat      INTEGER NOT NULL DEFAULT 0,
	accuracy INTEGER NOT NULL DEFAULT 0
);
create unique index grid_shift_open on grid_shift (account) where ended_at = '';
create index grid_shift_account on grid_shift (account, began_at);

-- Where a worker was while on duty; forgotten after some days.
create table grid_fix (
	account  INTEGER NOT NULL,
	at       TEXT NOT NULL,
	lon      INTEGER NOT NULL,
	lat      INTEGER NOT NULL,
	accuracy INTEGER NOT NULL,
	PRIMARY KEY (account, at)
);
create index grid_fix_at on grid_fix (at);

-- +goose Down
drop table grid_fix;
drop table grid_shift;
drop table grid_hold;
drop table grid_post;
