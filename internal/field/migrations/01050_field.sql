-- +goose Up
create table field_device (
	hash    BLOB NOT NULL PRIMARY KEY,
	account INTEGER NOT NULL,
	device  TEXT NOT NULL,
	at      TEXT NOT NULL,
	ends_at TEXT NOT NULL
) WITHOUT ROWID;
create index field_device_of on field_device (account, device, at);
create index field_device_ends on field_device (ends_at);

create table field_item (
	account     INTEGER NOT NULL,
	id          TEXT NOT NULL,
	seq         INTEGER NOT NULL,
	device      TEXT NOT NULL,
	kind        TEXT NOT NULL,
	state       TEXT NOT NULL,
	at          TEXT NOT NULL,
	told_at     TEXT NOT NULL,
	received_at TEXT NOT NULL,
	placed      INTEGER NOT NULL,
	lon         INTEGER NOT NULL,
	lat         INTEGER NOT NULL,
	accuracy    INTEGER NOT NULL,
	path        TEXT NOT NULL,
	photos      TEXT NOT NULL,
	body        TEXT NOT NULL,
	request     BLOB NOT NULL,
	marks       TEXT NOT NULL,
	words       TEXT NOT NULL,
	choices     TEXT NOT NULL,
	case_id     INTEGER NOT NULL,
	desk        INTEGER NOT NULL,
	tries       INTEGER NOT NULL DEFAULT 0,
	due_at      TEXT NOT NULL,
	primary key (account, id)
) WITHOUT ROWID;
create index field_item_seq_of on field_item (account, seq);
create index field_item_wants on field_item (account) where state = 'wants-photo';
create index field_item_due on field_item (due_at, seq) where state = 'kept' and desk = 0;
create index field_item_desk on field_item (seq) where desk = 1;

create table field_photo (
	account  INTEGER NOT NULL,
	sha      TEXT NOT NULL,
	words    TEXT NOT NULL,
	at       TEXT NOT NULL,
	link     INTEGER NOT NULL,
	taken_at TEXT NOT NULL,
	placed   INTEGER NOT NULL,
	lon      INTEGER NOT NULL,
	lat      INTEGER NOT NULL,
	primary key (account, sha)
) WITHOUT ROWID;

-- +goose Down
drop table field_photo;
drop table field_item;
drop table field_device;
