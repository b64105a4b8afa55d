// Package command holds the pages of whoever commands: the map of what is open, with filters, a time slider and a list that says what is drawn; the
// screen on the wall; and the proposals to deal with a place once and for all.
//
// It promises: whatever the map shows, the list beside it says, so that the page works without scripts, without a mouse and without eyes; every state of
// the page is an address; areas lead down to grids and grids to cases in clicks; news comes by server-sent events, each with the position in the log
// up to which it tells, so that a connection that broke goes on where it stopped, with whichever process. Nothing comes from another host: the ground
// of the map is the outlines of areas.
//
// Who has a place to look after sees the cases of that place; workers on duty are shown to those who may know where they are (package grid).
//
// It owns no table.
package command
