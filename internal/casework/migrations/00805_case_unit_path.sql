-- +goose Up

-- Where a helper unit serves: whoever oversees that place sees what its units are asked to help with.
alter table case_unit add column path TEXT NOT NULL DEFAULT '';
create index case_unit_path on case_unit (path, case_id) where path <> '';

-- +goose Down
drop index case_unit_path;
alter table case_unit drop column path;
