// Package atlas answers what lies where: the cases of an area on a map, as squares with their numbers, as single points where there are few, with
// sums by area, by group of matters and by day, of any filter.
//
// # What it promises
//
//   - An answer is as the database says at its instant: before each one the atlas reads what the log has added since the last. It goes by the
//     positions of the audit log, which follow the commit without a gap, so that it is right in every process.
//   - Yellow and red are judged at the instant of the question, not when a step was taken.
//   - Nobody is told more than the list of cases would tell him: a case counts when its place lies within the actor's places, or when one of his units
//     keeps or leads it. Cases in which his unit only helps are in its queue and not on the map.
//
// # How
//
// The positions stand in memory, forty bytes a case, and a question goes through them once. It is the only copy of rows that the program holds; it is
// read from the database at the first question, and what it says can be asked of the tables at any time (the tests do).
//
// It owns no table: positions are casework's (view fact_case_position). It never writes.
package atlas
