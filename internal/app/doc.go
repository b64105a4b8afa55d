// Package app wires the program together: one place that knows every package, in the order in which they stand.
//
// Open makes an App from a data folder and a database; Handler is everything it serves; Work is everything it does by
// itself. It promises that a folder is served by one process, that a missing key is made and never replaced, and that
// a stop leaves no acknowledged step behind.
//
// It holds no rule of any office and owns no table.
package app
