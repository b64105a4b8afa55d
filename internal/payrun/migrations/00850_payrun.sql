-- +goose Up

-- A run 发放批次. source, cursor: how far reckoning is; part: the number of its chunks. sha: of the bank file.
create table payrun_run (
	id          INTEGER PRIMARY KEY,
	name        TEXT NOT NULL,
	sources     TEXT NOT NULL,
	benefit     TEXT NOT NULL DEFAULT '',
	period      TEXT NOT NULL,
	place       TEXT NOT NULL,
	path        TEXT NOT NULL,
	state       TEXT NOT NULL,
	source      INTEGER NOT NULL DEFAULT -1,
	cursor      TEXT NOT NULL DEFAULT '',
	parts       INTEGER NOT NULL DEFAULT 0,
	posted      INTEGER NOT NULL DEFAULT 0,
	lines       INTEGER NOT NULL DEFAULT 0,
	fen         INTEGER NOT NULL DEFAULT 0,
	withheld    INTEGER NOT NULL DEFAULT 0,
	held        INTEGER NOT NULL DEFAULT 0,
	held_fen    INTEGER NOT NULL DEFAULT 0,
	known       INTEGER NOT NULL DEFAULT 0,
	paid        INTEGER NOT NULL DEFAULT 0,
	paid_fen    INTEGER NOT NULL DEFAULT 0,
	returned    INTEGER NOT NULL DEFAULT 0,
	returned_fen INTEGER NOT NULL DEFAULT 0,
	trouble     TEXT NOT NULL DEFAULT '',
	sha         TEXT NOT NULL DEFAULT '',
	made_by     BIGINT NOT NULL,
	made_name   TEXT NOT NULL,
	made_at     TEXT NOT NULL,
	reckoned_at TEXT NOT NULL DEFAULT '',
	reviewed_by BIGINT NOT NULL DEFAULT 0,
	reviewed_name TEXT NOT NULL DEFAULT '',
	reviewed_at TEXT NOT NULL DEFAULT '',
	approved_by BIGINT NOT NULL DEFAULT 0,
	approved_name TEXT NOT NULL DEFAULT '',
	approved_at TEXT NOT NULL DEFAULT '',
	approved_words TEXT NOT NULL DEFAULT '',
	sent_name   TEXT NOT NULL DEFAULT '',
	sent_at     TEXT NOT NULL DEFAULT '',
	closed_at   TEXT NOT NULL DEFAULT ''
);
create index payrun_run_path on payrun_run (path, id);

-- What a chunk 分块 of a run takes from a fund, and the entry by which it was spent. short: what lines held for want of budget would have taken.
create table payrun_part (
	run       BIGINT NOT NULL,
	part      INTEGER NOT NULL,
	fund      BIGINT NOT NULL,
	lines     INTEGER NOT NULL,
	fen       INTEGER NOT NULL,
	withheld  INTEGER NOT NULL,
	short     INTEGER NOT NULL DEFAULT 0,
	short_lines INTEGER NOT NULL DEFAULT 0,
	entry     BIGINT NOT NULL DEFAULT 0,
	primary key (run, part, fund)
) WITHOUT ROWID;

-- The lines of a chunk 分块范围, by their ids.
create table payrun_chunk (
	run       BIGINT NOT NULL,
	part      INTEGER NOT NULL,
	first_id  BIGINT NOT NULL,
	last_id   BIGINT NOT NULL,
	primary key (run, part)
) WITHOUT ROWID;

-- A line 发放明细. part: the chunk that booked it, 0 while held; live 1: its key stands here. shares: who bears it, as JSON. withheld: got back of a claim, not sent to the bank.
-- carried: the run into which it went.
create table payrun_line (
	id        INTEGER PRIMARY KEY,
	run       BIGINT NOT NULL,
	part      INTEGER NOT NULL,
	key       TEXT NOT NULL,
	live      INTEGER NOT NULL,
	state     TEXT NOT NULL,
	source    TEXT NOT NULL,
	benefit   TEXT NOT NULL,
	ref       BIGINT NOT NULL,
	payee     TEXT NOT NULL,
	name      TEXT NOT NULL,
	bank      TEXT NOT NULL,
	account   TEXT NOT NULL,
	path      TEXT NOT NULL,
	period    TEXT NOT NULL,
	fen       INTEGER NOT NULL,
	withheld  INTEGER NOT NULL,
	shares    TEXT NOT NULL,
	clause    TEXT NOT NULL,
	pack      TEXT NOT NULL,
	words     TEXT NOT NULL,
	why       TEXT NOT NULL,
	carried   BIGINT NOT NULL DEFAULT 0
);
create unique index payrun_line_key on payrun_line (key) where live = 1;
create index payrun_line_run on payrun_line (run, id);
create index payrun_line_rare on payrun_line (run, state, id) where state in ('held', 'returned', 'carried', 'dropped');
create index payrun_line_back on payrun_line (source, id) where live = 1 and state in ('held', 'returned');
create index payrun_line_carried on payrun_line (carried) where carried <> 0;
create index payrun_line_ref on payrun_line (source, ref, id);

-- Where a line that was held or returned should go instead 更正账号.
create table payrun_mend (
	line     BIGINT PRIMARY KEY,
	name     TEXT NOT NULL,
	bank     TEXT NOT NULL,
	account  TEXT NOT NULL,
	by_id    BIGINT NOT NULL,
	by_name  TEXT NOT NULL,
	at       TEXT NOT NULL
) WITHOUT ROWID;

-- A file 回盘文件 that the bank sent back; done 0: not read to its end.
create table payrun_file (
	id        INTEGER PRIMARY KEY,
	run       BIGINT NOT NULL,
	sha       TEXT NOT NULL,
	name      TEXT NOT NULL,
	done      INTEGER NOT NULL DEFAULT 0,
	paid      INTEGER NOT NULL DEFAULT 0,
	returned  INTEGER NOT NULL DEFAULT 0,
	same      INTEGER NOT NULL DEFAULT 0,
	wrong     INTEGER NOT NULL DEFAULT 0,
	troubles  TEXT NOT NULL DEFAULT '',
	by_id     BIGINT NOT NULL,
	by_name   TEXT NOT NULL,
	at        TEXT NOT NULL
);
create unique index payrun_file_sha on payrun_file (run, sha);

-- What the bank did with a line 银行结果: serial is the bank's own number; entry is by which the ledger knows.
create table payrun_outcome (
	line     BIGINT PRIMARY KEY,
	run      BIGINT NOT NULL,
	file     BIGINT NOT NULL,
	paid     INTEGER NOT NULL,
	why      TEXT NOT NULL,
	serial   TEXT NOT NULL,
	entry    BIGINT NOT NULL
) WITHOUT ROWID;
create index payrun_outcome_serial on payrun_outcome (serial) where serial <> '';

-- A claim 追回: what was overpaid by a line. left_fen: not got back yet. keep: of later lines so many of ten thousand parts stay untouched.
create table payrun_claim (
	id        INTEGER PRIMARY KEY,
	key       TEXT NOT NULL,
	line      BIGINT NOT NULL,
	source    TEXT NOT NULL,
	ref       BIGINT NOT NULL,
	payee     TEXT NOT NULL,
	name      TEXT NOT NULL,
	path      TEXT NOT NULL,
	period    TEXT NOT NULL,
	fen       INTEGER NOT NULL,
	left_fen  INTEGER NOT NULL,
	keep      INTEGER NOT NULL,
	state     TEXT NOT NULL,
	words     TEXT NOT NULL,
	clause    TEXT NOT NULL,
	entry     BIGINT NOT NULL,
	off_by    BIGINT NOT NULL DEFAULT 0,
	off_name  TEXT NOT NULL DEFAULT '',
	off_words TEXT NOT NULL DEFAULT '',
	by_id     BIGINT NOT NULL,
	by_name   TEXT NOT NULL,
	at        TEXT NOT NULL
);
create unique index payrun_claim_key on payrun_claim (key);
create index payrun_claim_line on payrun_claim (line);
create index payrun_claim_payee on payrun_claim (payee, id) where state = 'open';
create index payrun_claim_path on payrun_claim (path, id);

-- What a claim leaves to each fund 追回分担.
create table payrun_claim_fund (
	claim     BIGINT NOT NULL,
	fund      BIGINT NOT NULL,
	fen       INTEGER NOT NULL,
	left_fen  INTEGER NOT NULL,
	primary key (claim, fund)
) WITHOUT ROWID;

-- The plan of a claim 追回计划.
create table payrun_instalment (
	claim  BIGINT NOT NULL,
	seq    INTEGER NOT NULL,
	day    TEXT NOT NULL,
	fen    INTEGER NOT NULL,
	primary key (claim, seq)
) WITHOUT ROWID;

-- What came back 追回记录: withheld from a line, in cash, or written off. undone 1: the line was returned or dropped, and nothing came back.
create table payrun_recovery (
	id      INTEGER PRIMARY KEY,
	claim   BIGINT NOT NULL,
	fund    BIGINT NOT NULL,
	kind    TEXT NOT NULL,
	fen     INTEGER NOT NULL,
	line    BIGINT NOT NULL DEFAULT 0,
	entry   BIGINT NOT NULL DEFAULT 0,
	undone  INTEGER NOT NULL DEFAULT 0,
	by_name TEXT NOT NULL,
	at      TEXT NOT NULL
);
create index payrun_recovery_claim on payrun_recovery (claim, id);
create index payrun_recovery_line on payrun_recovery (line) where line <> 0;

-- What somebody put on a list by hand 发放名单.
create table payrun_listed (
	id        INTEGER PRIMARY KEY,
	key       TEXT NOT NULL,
	benefit   TEXT NOT NULL,
	payee     TEXT NOT NULL,
	name      TEXT NOT NULL,
	bank      TEXT NOT NULL,
	account   TEXT NOT NULL,
	path      TEXT NOT NULL,
	period    TEXT NOT NULL,
	fen       INTEGER NOT NULL,
	shares    TEXT NOT NULL,
	clause    TEXT NOT NULL,
	words     TEXT NOT NULL,
	by_id     BIGINT NOT NULL,
	by_name   TEXT NOT NULL,
	at        TEXT NOT NULL
);
create unique index payrun_listed_key on payrun_listed (key);
create index payrun_listed_period on payrun_listed (period, id);

-- +goose Down
drop table payrun_listed;
drop table payrun_recovery;
drop table payrun_instalment;
drop table payrun_claim_fund;
drop table payrun_claim;
drop table payrun_outcome;
drop table payrun_file;
drop table payrun_mend;
drop table payrun_line;
drop table payrun_chunk;
drop table payrun_part;
drop table payrun_run;
