-- +goose Up

-- One row a plan 巡查计划: a round of a pack for a unit or a grid and a period, or a special campaign. Days are Shanghai's.
create table round_plan (
	id            INTEGER PRIMARY KEY,
	origin        TEXT NOT NULL,
	document      TEXT NOT NULL,
	round         TEXT NOT NULL,
	pack_version  TEXT NOT NULL,
	name          TEXT NOT NULL,
	unit          TEXT NOT NULL DEFAULT '',
	watch         TEXT NOT NULL DEFAULT '',
	place         TEXT NOT NULL,
	path          TEXT NOT NULL,
	from_day      TEXT NOT NULL,
	to_day        TEXT NOT NULL,
	campaign      INTEGER NOT NULL DEFAULT 0,
	seed          TEXT NOT NULL DEFAULT '',
	population    INTEGER NOT NULL DEFAULT 0,
	ended         INTEGER NOT NULL DEFAULT 0,
	points        INTEGER NOT NULL DEFAULT 0,
	visited       INTEGER NOT NULL DEFAULT 0,
	missed        INTEGER NOT NULL DEFAULT 0,
	made_by       BIGINT NOT NULL DEFAULT 0,
	made_name     TEXT NOT NULL,
	made_at       TEXT NOT NULL
);
create unique index round_plan_origin on round_plan (origin);
create index round_plan_path on round_plan (path, to_day);
create index round_plan_unit on round_plan (unit, to_day);
create index round_plan_watch on round_plan (watch, to_day);
create index round_plan_open on round_plan (to_day) where ended = 0;

-- A task 巡查任务 is the points that one worker goes to by a day; worker 0: whoever works for the unit or the grid.
create table round_task (
	id           INTEGER PRIMARY KEY,
	plan         BIGINT NOT NULL,
	worker       BIGINT NOT NULL DEFAULT 0,
	worker_name  TEXT NOT NULL DEFAULT '',
	unit         TEXT NOT NULL DEFAULT '',
	watch        TEXT NOT NULL DEFAULT '',
	path         TEXT NOT NULL,
	starts       TEXT NOT NULL,
	due          TEXT NOT NULL,
	state        TEXT NOT NULL,
	points       INTEGER NOT NULL DEFAULT 0,
	visited      INTEGER NOT NULL DEFAULT 0
);
create index round_task_plan on round_task (plan, due, id);
create index round_task_worker on round_task (worker, due) where state <> 'done';
create index round_task_unit on round_task (unit, due) where state <> 'done';
create index round_task_path on round_task (path, due) where state <> 'done';
create index round_task_late on round_task (due) where state = 'open';

-- A point 点位 of a plan, in the order of the route. lon, lat: millionths of a degree; both 0: not known.
create table round_point (
	id        INTEGER PRIMARY KEY,
	plan      BIGINT NOT NULL,
	task      BIGINT NOT NULL,
	seq       INTEGER NOT NULL,
	kind      TEXT NOT NULL,
	subject   TEXT NOT NULL,
	name      TEXT NOT NULL,
	place     TEXT NOT NULL,
	path      TEXT NOT NULL,
	lon       INTEGER NOT NULL DEFAULT 0,
	lat       INTEGER NOT NULL DEFAULT 0,
	is_key    INTEGER NOT NULL DEFAULT 0,
	visit     BIGINT NOT NULL DEFAULT 0
);
create unique index round_point_subject on round_point (plan, kind, subject);
create index round_point_task on round_point (task, seq);

-- A visit 走访: what somebody found at a point, once per key.
create table round_visit (
	id           INTEGER PRIMARY KEY,
	key          TEXT NOT NULL,
	account      BIGINT NOT NULL,
	name         TEXT NOT NULL,
	entered_by   BIGINT NOT NULL DEFAULT 0,
	plan         BIGINT NOT NULL,
	task         BIGINT NOT NULL,
	point        BIGINT NOT NULL,
	document     TEXT NOT NULL,
	round        TEXT NOT NULL,
	pack_version TEXT NOT NULL,
	kind         TEXT NOT NULL,
	subject      TEXT NOT NULL,
	unit         TEXT NOT NULL DEFAULT '',
	watch        TEXT NOT NULL DEFAULT '',
	place        TEXT NOT NULL,
	path         TEXT NOT NULL,
	at           TEXT NOT NULL,
	received_at  TEXT NOT NULL,
	month        TEXT NOT NULL,
	answers      TEXT NOT NULL DEFAULT '{}',
	words        TEXT NOT NULL DEFAULT '',
	photos       TEXT NOT NULL DEFAULT '',
	lon          INTEGER NOT NULL DEFAULT 0,
	lat          INTEGER NOT NULL DEFAULT 0,
	accuracy     INTEGER NOT NULL DEFAULT 0,
	metres       INTEGER NOT NULL DEFAULT -1,
	far          INTEGER NOT NULL DEFAULT 0,
	marks        TEXT NOT NULL DEFAULT '',
	list         TEXT NOT NULL DEFAULT '',
	percent      INTEGER NOT NULL DEFAULT -1,
	grade        TEXT NOT NULL DEFAULT '',
	is_key       INTEGER NOT NULL DEFAULT 0,
	findings     INTEGER NOT NULL DEFAULT 0
);
create unique index round_visit_key on round_visit (account, key);
create index round_visit_plan on round_visit (plan, id);
create index round_visit_subject on round_visit (kind, subject, id);
create index round_visit_who on round_visit (document, round, month, path, account);

-- What was found 发现的问题, and the case that it opened; case_id 0: none yet, trouble says why.
create table round_finding (
	id       INTEGER PRIMARY KEY,
	visit    BIGINT NOT NULL,
	plan     BIGINT NOT NULL,
	path     TEXT NOT NULL,
	unit     TEXT NOT NULL DEFAULT '',
	watch    TEXT NOT NULL DEFAULT '',
	item     TEXT NOT NULL DEFAULT '',
	says     TEXT NOT NULL,
	words    TEXT NOT NULL DEFAULT '',
	case_id  BIGINT NOT NULL DEFAULT 0,
	number   TEXT NOT NULL DEFAULT '',
	trouble  TEXT NOT NULL DEFAULT '',
	at       TEXT NOT NULL
);
create index round_finding_visit on round_finding (visit);
create index round_finding_plan on round_finding (plan, id);
create index round_finding_path on round_finding (path, id);
create index round_finding_case on round_finding (case_id) where case_id <> 0;

-- How a subject 巡查对象 stands after its last visit; marked: somebody made it a key one by hand.
create table round_subject (
	kind     TEXT NOT NULL,
	subject  TEXT NOT NULL,
	name     TEXT NOT NULL,
	place    TEXT NOT NULL,
	path     TEXT NOT NULL,
	list     TEXT NOT NULL DEFAULT '',
	grade    TEXT NOT NULL DEFAULT '',
	percent  INTEGER NOT NULL DEFAULT -1,
	is_key   INTEGER NOT NULL DEFAULT 0,
	marked   INTEGER NOT NULL DEFAULT 0,
	lon      INTEGER NOT NULL DEFAULT 0,
	lat      INTEGER NOT NULL DEFAULT 0,
	visits   INTEGER NOT NULL DEFAULT 0,
	last     BIGINT NOT NULL DEFAULT 0,
	last_at  TEXT NOT NULL DEFAULT '',
	primary key (kind, subject)
) WITHOUT ROWID;
create index round_subject_path on round_subject (path, kind, grade);

-- The closed cases from which a re-check was drawn, in the order of the draw.
create table round_draw (
	plan     BIGINT NOT NULL,
	case_id  BIGINT NOT NULL,
	turn     INTEGER NOT NULL,
	drawn    INTEGER NOT NULL,
	primary key (plan, case_id)
) WITHOUT ROWID;

create view fact_visit as
select v.id, v.plan, v.document, v.round, v.kind, v.subject, v.unit, v.account, v.name, v.place, v.path, v.at, v.month, v.far, v.metres, v.percent, v.grade, v.is_key, v.findings
from round_visit v;

-- +goose Down
drop view fact_visit;
drop table round_draw;
drop table round_subject;
drop table round_finding;
drop table round_visit;
drop table round_point;
drop table round_task;
drop table round_plan;
