-- +goose Up

-- When a unit that was called to the spot is late, of each case that awaits one: the next such instant after the case's last step. Gone once it has passed and
-- the history says so.
create table case_call (
	case_id BIGINT PRIMARY KEY,
	at      TEXT NOT NULL
);
create index case_call_at on case_call (at);

-- +goose Down
drop table case_call;
