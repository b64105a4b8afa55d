-- +goose Up

-- Whether a case has a row in case_position: a step of one that has none writes none.
alter table case_record add column located INTEGER NOT NULL DEFAULT 0;

-- Where a case is, in millionths of a degree WGS-84, and the square of half a metre that holds it (geo.Cell). What lists of what is near are
-- asked by stands beside it; at is the instant of registration. Earlier positions stand in the steps that told them.
create table case_position (
	case_id   BIGINT NOT NULL PRIMARY KEY,
	lon       BIGINT NOT NULL,
	lat       BIGINT NOT NULL,
	accuracy  BIGINT NOT NULL,
	taken_at  TEXT NOT NULL,
	cell      BIGINT NOT NULL,
	kind      TEXT NOT NULL,
	path      TEXT NOT NULL,
	at        TEXT NOT NULL,
	open      INTEGER NOT NULL,
	thing     BIGINT NOT NULL DEFAULT 0
);
create index case_position_cell on case_position (cell, at, kind);
create index case_position_open on case_position (cell, kind) where open = 1;
create index case_position_thing on case_position (thing, at) where thing <> 0;

-- What others may read of positions: the map, and what looks for places that are reported again and again.
create view fact_case_position as
select p.case_id, p.lon, p.lat, p.cell, p.kind, p.path, p.at, p.open, p.thing, c.state, c.yellow_at, c.target_at, c.limit_at, c.late, c.met, c.desk, c.lead, c.flow
from case_position p join case_record c on c.id = p.case_id;

-- +goose Down
drop view fact_case_position;
drop table case_position;
alter table case_record drop column located;
