-- +goose Up
create table once_key (
	actor   TEXT NOT NULL,
	key     TEXT NOT NULL,
	request BYTEA NOT NULL,
	result  BYTEA NOT NULL,
	at      TEXT NOT NULL,
	primary key (actor, key)
) WITHOUT ROWID;
create index once_key_at on once_key (at);

-- +goose Down
drop table once_key;
