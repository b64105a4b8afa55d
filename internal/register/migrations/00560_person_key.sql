-- +goose Up

-- Under which keys a person meets those who may be the same one. The key comes first: that is how it is asked.
create table person_key (
	key     BIGINT NOT NULL,
	person  BIGINT NOT NULL,
	primary key (key, person)
) WITHOUT ROWID;

-- Entries that turned out to be of a person who has another: the old id leads to the one that was kept.
create table person_merged (
	gone    BIGINT NOT NULL PRIMARY KEY,
	kept    BIGINT NOT NULL,
	deed    BIGINT NOT NULL,
	by_name TEXT NOT NULL,
	at      TEXT NOT NULL,
	reason  TEXT NOT NULL
);
create index person_merged_kept on person_merged (kept);

-- +goose Down
drop table person_merged;
drop table person_key;
