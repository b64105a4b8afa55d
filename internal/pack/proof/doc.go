// Package proof tries the examples of packs and tells which elements each of them exercised, and from that which rows
// of a table of obligations are carried out.
//
// It promises that a row counts as executed only when its clause is run by elements that cite it, and each of them was
// exercised by an example that passed. It runs in the pure engines alone: no database, no clock, no network.
package proof
