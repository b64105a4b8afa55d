// Package geo is points on the earth: distance, the two datums that maps in China come in, and cells that a database can find near points by.
//
// # What it promises
//
//   - A Point is in WGS-84 degrees. What is told in GCJ-02 (the shifted datum of the maps that phones show) is converted where it comes in, by the
//     datum that the sender declares; nothing guesses. There and back again is exact to less than a centimetre.
//   - Distance is in metres on the mean sphere, off by less than 0.7 %, which no rule about nearness in a city can tell.
//   - Cell(p, level) is the z-order number of the square of the web map at that zoom which holds p. A cell of a coarser level is a run of numbers of
//     a finer one (Span), so that one indexed column serves every radius and every zoom; Cover gives few cells that leave out no point of a circle.
//
// # What it never does
//
// It has no tables, does no I/O, reads no clock, and knows no place: which grid holds a point is package place's to say.
package geo
