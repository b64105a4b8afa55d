// Package duplicate keeps the pairs of entries that are likely of one person, until somebody decides.
//
// # What it promises
//
//   - A pair is asked once. What was said to be different is never asked again, whichever way the two are found again.
//   - Merging keeps both histories: the entry that goes keeps what was told of it under its old id, which from then on leads to the other;
//     what holds of it is told of the one that is kept, with its own source, and where the two disagree there is a conflict in the
//     register's queue. What the rules call the same is still merged by a person.
//   - A decision has a reason, is in the audit log, and is made by somebody whose grant reaches both.
//
// Table: duplicate_pair. Who may see a pair is decided by the place of its newer entry, for the list as for one pair.
package duplicate
