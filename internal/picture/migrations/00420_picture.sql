-- +goose Up
create table picture (
	subject  TEXT NOT NULL,
	hash     TEXT NOT NULL,
	taken_at TEXT NOT NULL,
	placed   INTEGER NOT NULL,
	lon      INTEGER NOT NULL,
	lat      INTEGER NOT NULL,
	source   TEXT NOT NULL,
	by_whom  TEXT NOT NULL,
	at       TEXT NOT NULL,
	primary key (subject, hash)
) WITHOUT ROWID;
create index picture_hash on picture (hash);

create table picture_copy (
	hash  TEXT NOT NULL PRIMARY KEY,
	copy  TEXT NOT NULL,
	size  INTEGER NOT NULL,
	type  TEXT NOT NULL,
	words TEXT NOT NULL,
	at    TEXT NOT NULL
) WITHOUT ROWID;

-- +goose Down
drop table picture_copy;
drop table picture;
