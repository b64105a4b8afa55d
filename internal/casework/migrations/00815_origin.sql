-- +goose Up

-- Which case led to another without those who had a part in it being told: a rating that opened a rectification.
create table case_origin (
	case_id  BIGINT PRIMARY KEY,
	origin   BIGINT NOT NULL,
	at       TEXT NOT NULL
);
create index case_origin_origin on case_origin (origin);

-- +goose Down
drop table case_origin;
