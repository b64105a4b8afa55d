// Package staff knows the people in office: units of government, accounts, what each account may do and where.
//
// # What it promises
//
//   - One answer to "may he see it": the keys which select a list are the keys which open a record (Scope).
//   - A password is kept only as argon2id; each attempt is counted before it is checked, so that many at once gain
//     nothing, and repeated failures lock the account for a growing time.
//   - Every change that alters what an Actor may do raises Version in the same transaction, so that whoever keeps
//     Actors in memory can tell, by one row, that they are stale.
//   - There is no account without a password set by somebody, and none that cannot be disabled.
//
// A grant names a place by code; the Actor carries the path as it is on loading, so that a place may move in the tree.
// Grants do not follow a merge of places: the officer of a small street does not become that of the larger one.
//
// Tables: staff_unit, staff_office (which office of a pack a unit fills), staff_account, staff_grant, staff_state.
//
// It never decides what a role may do to a case, keeps no login sessions (web/session does), and stores no plain secret.
package staff
