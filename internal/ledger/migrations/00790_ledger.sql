-- +goose Up

-- An account 科目. owner: whose it is, e.g. a fund or "person:…"; "" for none.
create table ledger_account (
	code   TEXT PRIMARY KEY,
	name   TEXT NOT NULL,
	kind   TEXT NOT NULL,
	owner  TEXT NOT NULL DEFAULT '',
	path   TEXT NOT NULL DEFAULT '',
	at     TEXT NOT NULL
) WITHOUT ROWID;
create index ledger_account_owner on ledger_account (owner) where owner <> '';

-- An entry 分录. month: in whose books it stands; late: that is not the month of its day. digest: what was posted, to know it again.
create table ledger_entry (
	id        INTEGER PRIMARY KEY,
	key       TEXT NOT NULL,
	month     TEXT NOT NULL,
	seq       INTEGER NOT NULL,
	day       TEXT NOT NULL,
	late      INTEGER NOT NULL DEFAULT 0,
	words     TEXT NOT NULL,
	clause    TEXT NOT NULL DEFAULT '',
	ref_kind  TEXT NOT NULL DEFAULT '',
	ref       BIGINT NOT NULL DEFAULT 0,
	reverses  BIGINT NOT NULL DEFAULT 0,
	digest    BLOB NOT NULL,
	by_id     BIGINT NOT NULL DEFAULT 0,
	by_name   TEXT NOT NULL,
	at        TEXT NOT NULL
);
create unique index ledger_entry_key on ledger_entry (key);
create unique index ledger_entry_number on ledger_entry (month, seq);
create unique index ledger_entry_reverses on ledger_entry (reverses) where reverses <> 0;
create index ledger_entry_ref on ledger_entry (ref_kind, ref, id);

-- A line 分录行: debit positive, credit negative.
create table ledger_line (
	entry    BIGINT NOT NULL,
	seq      INTEGER NOT NULL,
	account  TEXT NOT NULL,
	month    TEXT NOT NULL,
	fen      INTEGER NOT NULL,
	primary key (entry, seq)
) WITHOUT ROWID;
create index ledger_line_account on ledger_line (account, month, entry);

-- Sums 月合计 of an account in a month, written with the entry.
create table ledger_sum (
	account  TEXT NOT NULL,
	month    TEXT NOT NULL,
	debit    INTEGER NOT NULL,
	credit   INTEGER NOT NULL,
	lines    INTEGER NOT NULL,
	primary key (account, month)
) WITHOUT ROWID;

-- A month 会计月份: the number of its entries, and whether it is closed.
create table ledger_month (
	month      TEXT PRIMARY KEY,
	entries    INTEGER NOT NULL DEFAULT 0,
	closed     INTEGER NOT NULL DEFAULT 0,
	closed_by  TEXT NOT NULL DEFAULT '',
	closed_at  TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;

-- A fund 资金: the money of one payer for one purpose, for the places below one. turn: raised by whoever pledges or spends, who so waits for the other.
create table ledger_fund (
	id     INTEGER PRIMARY KEY,
	payer  TEXT NOT NULL,
	code   TEXT NOT NULL,
	place  TEXT NOT NULL,
	path   TEXT NOT NULL,
	name   TEXT NOT NULL,
	turn   INTEGER NOT NULL DEFAULT 0,
	at     TEXT NOT NULL
);
create unique index ledger_fund_of on ledger_fund (code, payer, place);
create index ledger_fund_path on ledger_fund (path, id);

-- A budget 预算 is the sum of what was set and amended, each from its day on.
create table ledger_budget (
	id      INTEGER PRIMARY KEY,
	fund    BIGINT NOT NULL,
	year    INTEGER NOT NULL,
	day     TEXT NOT NULL,
	fen     INTEGER NOT NULL,
	words   TEXT NOT NULL,
	clause  TEXT NOT NULL DEFAULT '',
	by_id   BIGINT NOT NULL DEFAULT 0,
	by_name TEXT NOT NULL,
	at      TEXT NOT NULL
);
create index ledger_budget_fund on ledger_budget (fund, year, day);

-- +goose Down
drop table ledger_budget;
drop table ledger_fund;
drop table ledger_month;
drop table ledger_sum;
drop table ledger_line;
drop table ledger_entry;
drop table ledger_account;
