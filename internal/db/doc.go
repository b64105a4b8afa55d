// Package db opens the database, SQLite or PostgreSQL, and runs transactions that behave alike on both.
//
// # What it promises
//
//   - Durable before acknowledged: Write returns nil only after the commit has reached the disk (SQLite runs with
//     synchronous=FULL in WAL mode, PostgreSQL with its own defaults).
//   - All or nothing: an error from the closure, or from any statement, leaves nothing behind. The first failing statement
//     ends the transaction: later statements return its error, and so does Write even if the closure swallowed it.
//   - One SQL text: "?" placeholders, numbers int64, text, bytes; the same values come back from both engines, text orders
//     by code point, LIKE tells upper from lower case, NULL scans as the zero value.
//   - Tx.Now is fixed for the transaction, in UTC, to the millisecond (Tx.Replay excepted, for histories brought in).
//   - Errors are faults: a unique violation and a failed ExecOne are conflicts, a database that is away, full or
//     overloaded is unavailable, everything else is internal.
//
// # How writes go
//
// SQLite has one writer goroutine on one connection. It takes whatever closures wait, runs them in one transaction, commits
// once, and only then answers them all; while several write at once it waits a moment for those it has just answered. When a closure fails after it has written, the group is rolled back and the others
// run again, now each inside a savepoint: a closure that fails takes nothing but its own work with it. What was given to ExecLast
// runs just before the commit.
// On PostgreSQL each closure has its own read-committed transaction; statements without results are queued and travel with
// the next query or with the commit, so that a step made of guarded updates and inserts is one round trip. It is run again
// after a serialization failure, a deadlock, or a connection lost before the commit was sent.
//
// The closure may therefore run more than once: it touches nothing outside its Tx. It must not open another Write. At
// most one Rows is open at a time; a statement meanwhile is refused, for neither engine can promise it.
//
// # Migrations
//
// Migrate applies a schema.Set with goose and keeps the table schema_version, the only table this package owns. Migrations
// are written once, in SQLite's types; see Translate for what becomes of them on PostgreSQL.
//
// # What it never does
//
// It knows no domain, builds no SQL but the placeholders of a list, maps no structs, and retries nothing that might have been committed.
package db
