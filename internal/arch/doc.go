// Package arch holds the rules of the house and checks that the tree keeps them.
//
// It promises that whoever breaks a rule is told which file, which line, and what to do about it. The floors
// (floors.go) are the one table of who may import whom; a new edge is a decision with a reason, not an accident.
// It reads sources only: nothing of Linli imports it, and it imports nothing of Linli. Command report prints the
// lengths of files, functions and packages against their budgets.
package arch
