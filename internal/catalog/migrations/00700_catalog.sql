-- +goose Up
create table catalog_pack (
	document  TEXT NOT NULL,
	version   TEXT NOT NULL,
	files     TEXT NOT NULL,
	added_at  TEXT NOT NULL,
	primary key (document, version)
);

-- +goose Down
drop table catalog_pack;
