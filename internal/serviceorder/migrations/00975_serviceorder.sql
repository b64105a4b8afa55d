-- +goose Up

-- A provider 服务机构: an organisation of the register that may serve people at home, by which licence, and which unit works for it.
create table order_provider (
	organisation  BIGINT PRIMARY KEY,
	name          TEXT NOT NULL,
	unit          TEXT NOT NULL,
	path          TEXT NOT NULL,
	kinds         TEXT NOT NULL DEFAULT '',
	item          TEXT NOT NULL,
	licence       TEXT NOT NULL,
	valid_from    TEXT NOT NULL,
	valid_until   TEXT NOT NULL DEFAULT '',
	phone         TEXT NOT NULL DEFAULT '',
	bank          TEXT NOT NULL DEFAULT '',
	account       TEXT NOT NULL DEFAULT '',
	suspended     TEXT NOT NULL DEFAULT '',
	told_until    TEXT NOT NULL DEFAULT '',
	admitted_by   TEXT NOT NULL,
	at            TEXT NOT NULL
);
create unique index order_provider_unit on order_provider (unit);
create index order_provider_path on order_provider (path);

-- Who works for a provider, at its desk or at people's homes.
create table order_member (
	account   BIGINT PRIMARY KEY,
	provider  BIGINT NOT NULL,
	part      TEXT NOT NULL,
	at        TEXT NOT NULL
);
create index order_member_provider on order_member (provider);

-- An assessment 需求评估: the answers to a check list of needs, and the grade that they gave.
create table order_need (
	id            INTEGER PRIMARY KEY,
	person        BIGINT NOT NULL,
	document      TEXT NOT NULL,
	scheme        TEXT NOT NULL,
	pack_version  TEXT NOT NULL,
	answers       TEXT NOT NULL,
	percent       INTEGER NOT NULL,
	grade         TEXT NOT NULL,
	path          TEXT NOT NULL,
	by_account    BIGINT NOT NULL,
	by_name       TEXT NOT NULL,
	on_day        TEXT NOT NULL,
	at            TEXT NOT NULL
);
create index order_need_person on order_need (person, scheme, id);

-- A plan 服务计划 with what public money pays a month; ended plans stay. lon, lat: millionths of a degree; both 0: not known.
create table order_plan (
	id        INTEGER PRIMARY KEY,
	person    BIGINT NOT NULL,
	name      TEXT NOT NULL,
	document  TEXT NOT NULL,
	scheme    TEXT NOT NULL,
	pack_version TEXT NOT NULL,
	need      BIGINT NOT NULL,
	grade     TEXT NOT NULL,
	fen       BIGINT NOT NULL,
	place     TEXT NOT NULL,
	path      TEXT NOT NULL,
	address   TEXT NOT NULL,
	lon       INTEGER NOT NULL DEFAULT 0,
	lat       INTEGER NOT NULL DEFAULT 0,
	cannot    INTEGER NOT NULL DEFAULT 0,
	from_day  TEXT NOT NULL,
	to_day    TEXT NOT NULL DEFAULT '',
	state     TEXT NOT NULL,
	why       TEXT NOT NULL DEFAULT '',
	made_by   BIGINT NOT NULL,
	made_name TEXT NOT NULL,
	version   BIGINT NOT NULL,
	at        TEXT NOT NULL
);
create unique index order_plan_active on order_plan (person, scheme) where state = 'active';
create index order_plan_path on order_plan (path, state, id);

-- Which services a plan holds, and how many units of each a month.
create table order_part (
	plan   BIGINT NOT NULL,
	kind   TEXT NOT NULL,
	units  INTEGER NOT NULL,
	primary key (plan, kind)
) WITHOUT ROWID;

-- An order 服务订单, in one state at a time; fen is what is reserved, and after the service what it comes to.
create table service_order (
	id            INTEGER PRIMARY KEY,
	number        TEXT NOT NULL,
	person        BIGINT NOT NULL,
	name          TEXT NOT NULL,
	plan          BIGINT NOT NULL DEFAULT 0,
	document      TEXT NOT NULL,
	scheme        TEXT NOT NULL,
	pack_version  TEXT NOT NULL,
	kind          TEXT NOT NULL,
	urgent        INTEGER NOT NULL DEFAULT 0,
	pays          TEXT NOT NULL,
	units         INTEGER NOT NULL,
	fen           BIGINT NOT NULL,
	month         TEXT NOT NULL,
	wanted_at     TEXT NOT NULL,
	words         TEXT NOT NULL DEFAULT '',
	place         TEXT NOT NULL,
	path          TEXT NOT NULL,
	address       TEXT NOT NULL,
	lon           INTEGER NOT NULL DEFAULT 0,
	lat           INTEGER NOT NULL DEFAULT 0,
	asked_by      BIGINT NOT NULL DEFAULT 0,
	asked_name    TEXT NOT NULL,
	asked_as      TEXT NOT NULL,
	state         TEXT NOT NULL,
	provider      BIGINT NOT NULL DEFAULT 0,
	provider_name TEXT NOT NULL DEFAULT '',
	worker        BIGINT NOT NULL DEFAULT 0,
	worker_name   TEXT NOT NULL DEFAULT '',
	due_at        TEXT NOT NULL DEFAULT '',
	arrived_at    TEXT NOT NULL DEFAULT '',
	left_at       TEXT NOT NULL DEFAULT '',
	arrive_metres INTEGER NOT NULL DEFAULT -1,
	leave_metres  INTEGER NOT NULL DEFAULT -1,
	marks         TEXT NOT NULL DEFAULT '',
	record        TEXT NOT NULL DEFAULT '',
	served        INTEGER NOT NULL DEFAULT 0,
	confirmed_at  TEXT NOT NULL DEFAULT '',
	confirmed_by  TEXT NOT NULL DEFAULT '',
	confirmed_as  TEXT NOT NULL DEFAULT '',
	rating        INTEGER NOT NULL DEFAULT 0,
	rating_words  TEXT NOT NULL DEFAULT '',
	case_id       BIGINT NOT NULL DEFAULT 0,
	trouble       TEXT NOT NULL DEFAULT '',
	settlement    BIGINT NOT NULL DEFAULT 0,
	version       BIGINT NOT NULL,
	at            TEXT NOT NULL
);
create unique index service_order_number on service_order (number);
create index service_order_person on service_order (person, month, id);
create index service_order_path on service_order (path, state, wanted_at);
create index service_order_provider on service_order (provider, state, wanted_at);
create index service_order_worker on service_order (worker, state, wanted_at);
create index service_order_due on service_order (state, due_at) where due_at <> '';
create index service_order_settle on service_order (provider, month, state);
create index service_order_settlement on service_order (settlement) where settlement <> 0;

-- What happened to an order, in order.
create table order_step (
	order_id  BIGINT NOT NULL,
	seq       INTEGER NOT NULL,
	at        TEXT NOT NULL,
	verb      TEXT NOT NULL,
	by_name   TEXT NOT NULL,
	words     TEXT NOT NULL DEFAULT '',
	provider  BIGINT NOT NULL DEFAULT 0,
	state     TEXT NOT NULL,
	primary key (order_id, seq)
) WITHOUT ROWID;

create table order_counter (
	day   TEXT PRIMARY KEY,
	last  BIGINT NOT NULL
) WITHOUT ROWID;

-- A settlement 结算单: the confirmed orders of one provider in one county and month, settled once and for all.
create table order_settlement (
	id          INTEGER PRIMARY KEY,
	provider    BIGINT NOT NULL,
	provider_name TEXT NOT NULL,
	month       TEXT NOT NULL,
	path        TEXT NOT NULL,
	seq         INTEGER NOT NULL,
	document    TEXT NOT NULL,
	scheme      TEXT NOT NULL,
	clause      TEXT NOT NULL,
	orders      INTEGER NOT NULL,
	fen         BIGINT NOT NULL,
	shares      TEXT NOT NULL,
	state       TEXT NOT NULL,
	why         TEXT NOT NULL DEFAULT '',
	made_by     BIGINT NOT NULL,
	made_name   TEXT NOT NULL,
	made_at     TEXT NOT NULL,
	checked_by  BIGINT NOT NULL DEFAULT 0,
	checked_name TEXT NOT NULL DEFAULT '',
	checked_at  TEXT NOT NULL DEFAULT ''
);
create unique index order_settlement_of on order_settlement (provider, month, path, seq);
create index order_settlement_state on order_settlement (state, month, id);

-- Beds of a home 床位 by month: how many there were, and on how many days one was slept in.
create table order_beds (
	organisation  BIGINT NOT NULL,
	month         TEXT NOT NULL,
	beds          INTEGER NOT NULL,
	bed_days      INTEGER NOT NULL,
	by_name       TEXT NOT NULL,
	at            TEXT NOT NULL,
	primary key (organisation, month)
) WITHOUT ROWID;

-- +goose Down
drop table order_beds;
drop table order_settlement;
drop table order_counter;
drop table order_step;
drop table service_order;
drop table order_part;
drop table order_plan;
drop table order_need;
drop table order_member;
drop table order_provider;
