// Package survey looks at outlines before they are relied on: rings that cross themselves, neighbours that overlap, and land that is left out.
//
// # What it promises
//
//   - Each finding names the places, says how large it is in square metres and where, and comes with a picture that marks the spot.
//   - Overlaps and gaps are found by sampling: land is looked at in squares whose side is told (Report.Side). What is thinner than a square is within the
//     tolerance and not told, and the area told is right to about the outline of the spot times half a side. Rings that cross themselves are found
//     exactly, but for ends that merely touch.
//   - Import reads a GeoJSON collection whose datum is declared, judges it feature by feature, and changes nothing in a trial. Importing again changes
//     nothing. An outline that crosses itself is refused; overlaps, gaps and sizes out of the ordinary are told, for the city to decide.
//
// It has no tables: outlines belong to package place. It never mends an outline by itself.
package survey
