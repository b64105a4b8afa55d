// Package window is what people at the registration desks see: the clerk who registers letters, visits, calls and the
// mayor's mailbox on one screen, the dispatcher, the verifier; with search and the register books.
//
// It promises: one screen registers every channel, with the keyboard alone; nothing is typed that the register already
// knows; likely duplicates and the caller's earlier cases stand beside the form while it is filled in; a form sent twice
// is one case; a verifier is never offered what he himself sent out, and sees why; a register book shows the very cases
// its reader may open, and its file the same rows.
//
// It owns no table and decides nothing about a case.
package window
