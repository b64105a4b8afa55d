// Package catalog keeps the packs that a city works with, every version of them.
//
// It promises that a case finds the very version it began with, also after the program or the city's settings brought
// another: each version is stored, with its files and what the city had set in them, when it first comes into
// force. The index is replaced as a whole, so that one act sees one state of the law.
//
// Table: catalog_pack. It never changes or deletes a stored version, and never edits a pack.
package catalog
