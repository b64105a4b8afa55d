-- +goose Up

-- What was applied for with which values; the case itself is case_record.
create table service_application (
	case_id     BIGINT PRIMARY KEY,
	item        TEXT NOT NULL,
	person      BIGINT NOT NULL,
	filled      TEXT NOT NULL,
	sources     TEXT NOT NULL,
	proxy       TEXT NOT NULL DEFAULT '',
	authority   TEXT NOT NULL DEFAULT '',
	agent       BIGINT NOT NULL DEFAULT 0,
	green       INTEGER NOT NULL DEFAULT 0,
	channel     TEXT NOT NULL,
	taken_at    TEXT NOT NULL DEFAULT '',
	recorded_at TEXT NOT NULL DEFAULT '',
	unrecorded  TEXT NOT NULL DEFAULT '',
	at          TEXT NOT NULL
);
create index service_application_person on service_application (person, item, at);

create table service_material (
	case_id   BIGINT NOT NULL,
	material  TEXT NOT NULL,
	state     TEXT NOT NULL,
	source    TEXT NOT NULL DEFAULT '',
	due       TEXT NOT NULL DEFAULT '',
	at        TEXT NOT NULL,
	primary key (case_id, material)
) WITHOUT ROWID;
create index service_material_due on service_material (state, due);

create table service_result (
	case_id      BIGINT PRIMARY KEY,
	item         TEXT NOT NULL,
	person       BIGINT NOT NULL,
	document     TEXT NOT NULL,
	number       TEXT NOT NULL,
	issued_on    TEXT NOT NULL,
	valid_until  TEXT NOT NULL DEFAULT ''
);
create unique index service_result_number on service_result (number);
create index service_result_person on service_result (person, item, issued_on);

create table service_counter (
	pattern  TEXT NOT NULL,
	year     INTEGER NOT NULL,
	last     BIGINT NOT NULL,
	primary key (pattern, year)
) WITHOUT ROWID;

-- An application that is not finished: resumable elsewhere by its code.
create table service_draft (
	code    TEXT PRIMARY KEY,
	person  BIGINT NOT NULL,
	item    TEXT NOT NULL,
	filled  TEXT NOT NULL,
	at      TEXT NOT NULL
);

-- Whoever has to sign beside the applicant.
create table service_sign (
	case_id    BIGINT NOT NULL,
	name       TEXT NOT NULL,
	code       TEXT NOT NULL,
	signed_at  TEXT NOT NULL DEFAULT '',
	primary key (case_id, name)
) WITHOUT ROWID;
create unique index service_sign_code on service_sign (code);

-- +goose Down
drop table service_sign;
drop table service_draft;
drop table service_counter;
drop table service_result;
drop table service_material;
drop table service_application;
