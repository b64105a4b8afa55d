// Package standing keeps what each benefit says of everybody, decided from the registers without anybody having asked: who fulfils its conditions, and how much
// would be due.
//
// # What it promises
//
//   - All re-decides everybody, Changed those whose facts have changed and their families and households; both write only answers that are others than before,
//     and the answers of before stay readable.
//   - An answer keeps the facts that it rests on and the version of its document, so that Explain gives the same steps at any later time.
//   - Of whom nothing is due, or facts are missing, there is no row, unless something was due before.
//   - Two processes that decide the same write it once: the second is told of a conflict and reads afresh.
//
// Tables: standing_answer, standing_state. After tells whoever goes on from an answer what is new.
//
// It grants nothing, pays nothing and stops nothing: an answer is where a check by people begins. Benefits that rest on what only a case can tell are not here.
package standing
