// Package fact keeps what was told of persons, households, dwellings, organisations and facilities, and how they stand to each
// other, on two axes of time: the days for which it holds, and the instants from and until which we held it to be so.
//
// # What it promises
//
//   - Nothing is overwritten. A telling that another replaces keeps its row and gets the instant at which that happened; what of
//     its days remains is told again. AsOf asks what was known at any instant of any day, and gets what would have been answered then.
//   - Two confirmed sources that disagree make a Conflict in a queue; what stood goes on standing until a person settles it with a reason.
//     A weaker telling that disagrees with a confirmed one waits in the same queue.
//   - A correction is asked for with a reason and approved by another person than who asked. Of two clerks who correct the same thing,
//     the second hears of the first.
//   - Writers of one subject queue on one row, so that two of them never both find nothing.
//   - All that one act tells shares a deed, and Undo takes the deed back by telling again what it ended; what later acts built on is refused.
//
// The words are those of internal/lexicon. A value is text in the one spelling that Check there gives; callers check, for they
// know which words their city has.
//
// Tables: statement, statement_subject, statement_conflict, statement_correction, relation.
//
// It never decides who may see or tell something: callers have checked that. Staff stands above, so by is the name of the
// actor as the audit log has it (staff.Actor.AuditName).
package fact
