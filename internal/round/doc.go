// Package round carries rounds and inspections (巡查检查): who goes where by when, what was found there, and what came of it.
//
// # What it promises
//
//   - A plan is made once for a round, a unit or a grid, and a period, however often the sweep runs; its rules are those of the pack version
//     it was made from.
//   - A visit is written down once for a key, for ever. No visit counts twice in a quota (pack.Quota).
//   - Each finding opens a case of the flow that the round names, in the transaction of the visit; when that flow refuses it, the visit and the
//     finding stand, with the reason, and the case may be opened later.
//   - Closed cases to be re-checked are drawn by a seed that is written to the audit log: whoever has the seed and the list draws the same ones.
//   - Whoever worked on a case does not re-check it, nor does his unit.
//   - One condition decides lists and records (see sight).
//   - What was missed is told to whoever watches, once, and stays marked.
//
// Days are Shanghai's, instants UTC, positions WGS-84.
//
// Tables: round_plan, round_task, round_point, round_visit, round_finding, round_subject, round_draw; view fact_visit. Job: round.sweep. It reads the view
// fact_case.
//
// It never decides a case, and copies no name of a person: those are read from the register, for who may see them.
package round
