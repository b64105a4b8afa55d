-- +goose Up
-- A draft and what was last found of it. Files are those that differ from the version it was made from.
create table simulation_draft (
	id       INTEGER NOT NULL PRIMARY KEY,
	document TEXT NOT NULL,
	version  TEXT NOT NULL,
	title    TEXT NOT NULL,
	files    TEXT NOT NULL,
	by_name  TEXT NOT NULL,
	made_at  TEXT NOT NULL,
	result   TEXT NOT NULL DEFAULT '',
	run_at   TEXT NOT NULL DEFAULT ''
);
create index simulation_draft_document on simulation_draft (document, id);

-- +goose Down
drop table simulation_draft;
