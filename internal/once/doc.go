// Package once makes a repeated request harmless: the same actor with the same idempotency key gets the first answer again.
//
// It promises that the work behind a key is committed at most once, even when two copies of the request arrive together:
// the key is held in the transaction of the work, so the second copy waits for the first and then replays its answer.
// A key that comes back with another request is a conflict. A failed request leaves no key, so it may be tried again.
//
// Table: once_key (actor, key, hash of the request, answer, time). Sweep forgets old keys; from then on a key is new.
//
// It never keeps the request itself, only its hash, and never looks into the answer.
package once
