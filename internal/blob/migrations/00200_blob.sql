-- +goose Up
create table blob_file (
	hash    TEXT NOT NULL PRIMARY KEY,
	size    BIGINT NOT NULL,
	type    TEXT NOT NULL,
	seen_at TEXT NOT NULL
);

create table blob_link (
	id      INTEGER PRIMARY KEY,
	subject TEXT NOT NULL,
	name    TEXT NOT NULL,
	hash    TEXT NOT NULL,
	by_whom TEXT NOT NULL,
	at      TEXT NOT NULL
);
create index blob_link_subject on blob_link (subject, id);
create index blob_link_hash on blob_link (hash);

-- +goose Down
drop table blob_link;
drop table blob_file;
