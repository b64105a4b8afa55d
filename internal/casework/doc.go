// Package casework carries a case (办件) from its first word to the archive.
//
// It promises: one state at a time; a history that replays to that state; a step only by who may take it, once per
// idempotency key, and never over a newer version of the case; the same permission for a list and for the record; and a
// digest of every step in the audit log, in the same transaction. What a verb means is decided by the pure engine in
// package flow, from the pack version that the case began with.
//
// Tables: case_record, case_step, case_unit, case_queue, case_reporter, case_link, case_origin, case_tally, case_counter,
// case_position. Others read the views fact_case and fact_case_position.
//
// It never sends anything itself (see notify), never reads the clock (see db.Tx.Now), and never shows a reporter's
// telephone or identity number in full (see register.Reveal).
package casework
