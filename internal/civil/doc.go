// Package civil counts time as documents count it: dates, working days, office hours, terms, deadlines and recurring duties.
//
// It promises that one event, term, law and list of pauses give one deadline, the same at any time and on any machine, together with its
// explanation; and that a deadline which rests on a calendar not yet published says so. The default rules are articles 200 to 204 of the Civil
// Code; a Law varies them, each point with the clause that orders it. Instants are taken in the Law's zone, +08:00; a deadline is exclusive, so
// the last day that ends at 24:00 is due at 00:00 of the next.
//
// The national calendar 2004 to 2026 is embedded (tables/README.md says from where). A notice usually appears in November for the year after and
// has at times also touched the last days of December; such a change comes with the new table.
//
// A half working day is one working day in a term of working days, and only its worked half counts in a term of working hours.
//
// The package reads no clock, no file and no database, and never rounds a deadline in anybody's favour. It has no tables of its own; Date stores
// itself as text YYYY-MM-DD.
package civil
