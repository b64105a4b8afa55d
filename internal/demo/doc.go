// Package demo builds the demonstration city: 三门峡, the city of the document sm12-69, with its real tree of places and nothing else
// that is real.
//
// # What it promises
//
//   - Outlines are drawn, units, people in office, residents and their matters are invented, all by a generator with a seed; no text is
//     taken from any message that somebody wrote. The same seed, scale and present give the same city, identifiers and receipt codes
//     excepted.
//   - Every case came about by the verbs that pages call, at an instant of its own in the two years before the present, so that history,
//     clocks, queues, messages, search and the audit log are genuine. It never writes a table of another package.
//   - It builds into an empty city only, and says so otherwise: its password is public. Building again adds nothing; a building that was
//     stopped goes on.
//
// # Why its people cannot be mistaken for anybody
//
// Identity numbers begin with 99, which is no province and never was, and carry a right check digit, so that forms accept them.
// Telephone numbers count up from 199-0000-0000. Names are drawn from common surnames and given names.
//
// Table: demo_run, one row with what was built and how far. Instants are those of the present given in Options; days are Shanghai's.
package demo
