// Package filter is the small typed language in which packs say which rows of a published view they mean, such as
// "mailbox messages whose reply was on time". One condition has two readings: SQL text with arguments, the same for both
// databases, and a Go predicate over a single row. A property test holds the two together.
//
//	where:
//	  flow: mailbox                # a text: equal
//	  weight: [ordinary, ""]       # a list: one of
//	  replied: yes                 # a flag
//	  met: [on-time, late]         # a verdict: on-time, late, undecided
//	  returns: { at-least: 2 }     # a number: equal, or at-least / at-most
//	  routed_at: { set: no }       # an instant: whether there is one
//	  last_step_at: { idle: 5wd }  # an instant: so long ago that a term begun then has ended by now
//	  state: { not: [closed] }     # none of
//	  any: [ { late: yes }, { urges: { at-least: 1 } } ]
//
// All entries must hold; under any, one of the alternatives. Columns, types and values are checked when the pack is
// loaded. Names never come from outside this package: a condition cannot name a column that the view does not publish.
//
// An instant is the fixed-width UTC text that the database stores, "" where there is none; that text order is time
// order. Idle terms are turned into one instant by Cutoff before either reading, so that SQL needs no calendar.
package filter
