-- +goose Up
create table session_login (
	id         INTEGER NOT NULL PRIMARY KEY,
	hash       BYTEA NOT NULL,
	old_hash   BYTEA NOT NULL,
	old_until  TEXT NOT NULL DEFAULT '',
	account    INTEGER NOT NULL,
	epoch      INTEGER NOT NULL,
	created_at TEXT NOT NULL,
	seen_at    TEXT NOT NULL,
	ends_at    TEXT NOT NULL,
	agent      TEXT NOT NULL DEFAULT '',
	address    TEXT NOT NULL DEFAULT ''
);
create unique index session_login_hash on session_login (hash);
create index session_login_old on session_login (old_hash) where old_until <> '';
create index session_login_account on session_login (account, id);
create index session_login_ends on session_login (ends_at);

create table session_token (
	id         INTEGER NOT NULL PRIMARY KEY,
	hash       BYTEA NOT NULL,
	prefix     TEXT NOT NULL,
	account    INTEGER NOT NULL,
	name       TEXT NOT NULL,
	scopes     TEXT NOT NULL,
	created_at TEXT NOT NULL,
	ends_at    TEXT NOT NULL,
	seen_at    TEXT NOT NULL DEFAULT ''
);
create unique index session_token_hash on session_token (hash);
create index session_token_account on session_token (account, id);

-- +goose Down
drop table session_token;
drop table session_login;
