// Package session turns a request into a staff.Actor: by the cookie of somebody who logged in, or by the bearer token of a
// program.
//
// # What it promises
//
//   - Secrets are random, shown once, and kept only as SHA-256; the first characters of a token are kept to tell it by.
//   - A change counts from the next request on: each request learns the version of the staff from the database, by a read
//     that begins after the request has arrived (see gate), and an Actor in memory of another version is loaded afresh.
//     So a disabled account, a revoked token or a lost grant is refused without waiting for anything to run out, also
//     when another process made the change. Requests at once share one such read.
//   - A login gets a new secret, and another one when what its account may do has changed; the former one is good for
//     half a minute more, for requests already under way. A new password ends all logins made before.
//   - A login ends when idle or after a fixed time, a token on its day. Their times come from the database's clock (Tx.Now).
//
// The cookie is HttpOnly and SameSite=Lax, and over TLS Secure with the prefix __Host-. Requests across origins are refused by
// http.CrossOriginProtection, which internal/app puts in front.
//
// scs was weighed for this and left out: what is kept is one row of known columns with an account to list and revoke by,
// where scs keeps an opaque blob by token in the clear and would need a store for each engine.
//
// Tables: session_login, session_token.
//
// It has no pages, decides nothing about cases, and never writes a secret to a log.
package session
