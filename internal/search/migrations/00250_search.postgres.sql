-- +goose Up
create table search_doc (
	id     INTEGER PRIMARY KEY,
	tokens tsvector NOT NULL
);
create index search_doc_tokens on search_doc using gin (tokens) with (gin_pending_list_limit = 256);

-- +goose Down
drop table search_doc;
