// Package simulation asks everybody about a draft of a document's rules, and compares it with the document as it stands: what it would cost whom, who would get more
// and who less, and of whom it cannot be said.
//
// # What it promises
//
//   - A draft is a document with some files or parameters changed, checked as a pack is. It is in no index: no case, decision or pay run can rest on it.
//   - Both sides are asked in one pass over the same people on the same day, by the formulas that decide.
//   - A result names persons by id only; Examples gives those that the reader may see.
//
// Table: simulation_draft. It writes nothing else.
package simulation
