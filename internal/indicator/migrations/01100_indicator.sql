-- +goose Up

-- What a watch flags since when, so that it tells of each case once for as long as it is flagged.
create table indicator_flag (
	watch    TEXT NOT NULL,
	case_id  BIGINT NOT NULL,
	since    TEXT NOT NULL,
	primary key (watch, case_id)
) WITHOUT ROWID;

-- +goose Down
drop table indicator_flag;
