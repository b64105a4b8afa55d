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

-- +goose Down
drop table grid_hold;
drop table grid_post;
