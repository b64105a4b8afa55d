-- +goose Up
create virtual table search_doc using fts5(tokens, content='', contentless_delete=1, detail=none,
	tokenize="unicode61 remove_diacritics 0 categories 'L* M* N* P* S* Co'");

-- +goose Down
drop table search_doc;
