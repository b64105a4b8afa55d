// Package scenario tells stories of the program as an operator meets it: the program itself, built as it is shipped, called as scripts
// call it, killed, starved of disk and of its database, and asked afterwards whether anything it had acknowledged is missing.
//
// The stories of testdata are scripts (see script_test.go for their commands); the faults are told in Go.
package scenario
