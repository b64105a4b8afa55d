// Package part holds the fragments that pages of several kinds of person share: a list of cases, the case with its
// timeline and clocks, the form of every step, the pickers of place, unit, leader, clause and case.
//
// It promises: one way to show a case and one handler that takes a step, whoever takes it; a step taken twice with one key
// acts once; after a conflict the page says who was first and what he did, and the words that were typed stay; every
// picker works without scripts, and with them suggests while one types; a list leads to nothing that the record refuses.
//
// How another package uses it:
//
//	rows := p.Town.CaseList(ctx, part.List{Caption: …, Lines: lines, Now: tx.Now()}) // a component
//	href := part.CaseHref(id)                                                         // every list leads there
//	bind := part.Bind(form)                                                           // which questions are name, phone, body …
//
// The routes of /cases/…/steps, /cases/…/reveal, /files/… and the suggestions stand in Routes.
//
// It owns no table, and never decides what a step means: that is casework's.
package part
