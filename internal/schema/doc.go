// Package schema gathers the numbered migrations which the packages carry and puts them into one order.
//
// A package that owns tables exports an embedded folder "migrations" with files NNNNN_name.sql in goose format.
// Merge reads several such folders, refuses a number used twice, a file without an Up section and a name that goose
// would pass over in silence, and gives one Set. A file NNNNN_name.sqlite.sql or NNNNN_name.postgres.sql belongs to
// that engine only; the two halves of a pair share their number, so that both engines report the same version.
//
// This package runs nothing: package db applies a Set and translates its types.
package schema
