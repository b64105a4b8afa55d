// Package dbtest gives a test a real database of each kind, empty but for the migrations it names.
//
// Each runs a test twice: on a fresh SQLite file and on a fresh PostgreSQL database. The server is the one that
// LINLI_TEST_POSTGRES names (a URL of a role that may create databases) or one that this package starts with initdb, in a
// folder under the temporary one, without fsync, listening on a Unix socket only. That server is shared by every test
// process of the same user and stops by itself a minute after the last of them has ended. Where there is no PostgreSQL the second
// half is skipped with a message, or fails when LINLI_REQUIRE_POSTGRES=1.
//
// Databases are copied from a template with the same migrations. One in which a test changed only rows is emptied and
// used again by the next test of the same process; the others are dropped. What a killed process left on a server that
// lives on is dropped an hour or two later.
package dbtest
