-- +goose Up

-- One row a bulletin 通报. figures is JSON, frozen when the draft was made; digest is its SHA-256.
create table notice_bulletin (
	id           INTEGER PRIMARY KEY,
	document     TEXT NOT NULL,
	notice       TEXT NOT NULL,
	pack_version TEXT NOT NULL,
	title        TEXT NOT NULL,
	number       TEXT NOT NULL DEFAULT '',
	issuer       TEXT NOT NULL,
	issuer_name  TEXT NOT NULL,
	audience     TEXT NOT NULL,
	basis        TEXT NOT NULL,
	area         TEXT NOT NULL,
	period_from  TEXT NOT NULL,
	period_to    TEXT NOT NULL,
	state        TEXT NOT NULL,
	open         INTEGER NOT NULL DEFAULT 0,
	figures      TEXT NOT NULL,
	digest       TEXT NOT NULL,
	made_at      TEXT NOT NULL,
	made_by      BIGINT NOT NULL,
	made_name    TEXT NOT NULL,
	signed_at    TEXT NOT NULL DEFAULT '',
	signed_by    BIGINT NOT NULL DEFAULT 0,
	signed_name  TEXT NOT NULL DEFAULT '',
	why          TEXT NOT NULL DEFAULT ''
);
create unique index notice_bulletin_once on notice_bulletin (document, notice, period_from, area) where state <> 'withdrawn';
create index notice_bulletin_public on notice_bulletin (signed_at) where state = 'signed' and open = 1;
create index notice_bulletin_period on notice_bulletin (period_from);

-- +goose Down
drop table notice_bulletin;
