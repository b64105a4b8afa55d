// Package flow decides what may happen to a case next, and what follows from it. It does no I/O.
//
// A Flow is data: states, steps (who may do what from which state), clocks (target term and legal ceiling), facts
// that steps set, and what is owed before a case may close. Every flow begins as the standard one (see standard.go),
// which supplies the verbs any office knows; a pack only says what its document adds, limits or forbids.
//
// A Situation is everything the engine knows of one case, and Apply is the only way to change it:
//
//	next, effect, err := f.Apply(law, situation, act)
//
// Apply never alters its argument, so a history of acts replays to the same Situation (see Replay), a pack's examples
// run without a database, and a test can try a step without doing it. A step that may not be done is a fault that
// says which rule stands against it, with its clause when a document set that rule.
//
// Times are instants; the working calendar and the way of counting come with civil.Law. The engine never asks for
// the time of day: an act carries its own.
package flow
