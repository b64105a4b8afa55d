-- +goose Up

-- What was built here, and how far: one row, in a demonstration city only.
create table demo_run (
	id         INTEGER PRIMARY KEY,
	seed       BIGINT NOT NULL,
	scale      INTEGER NOT NULL,
	ends_at    TEXT NOT NULL,
	residents  INTEGER NOT NULL DEFAULT 0,
	plan       TEXT NOT NULL DEFAULT '',
	done       INTEGER NOT NULL DEFAULT 0,
	finished   INTEGER NOT NULL DEFAULT 0
);

-- Which case a story of the plan became, while its later steps are still to come.
create table demo_case (
	story    INTEGER PRIMARY KEY,
	case_id  BIGINT NOT NULL,
	number   TEXT NOT NULL,
	code     TEXT NOT NULL
);

-- +goose Down
drop table demo_case;
drop table demo_run;
