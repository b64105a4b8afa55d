// Package event is what happens in the life of persons, households and areas: birth, death, moves, marriage and divorce, a household that
// divides or joins another or gets another head, a newcomer whose home is told of him, an area that merges or splits.
//
// # What it promises
//
//   - An event is one transaction: all facts and relations that follow from it are told in one deed, with the event in the log and an audit entry.
//   - What cannot be is refused in words: a second marriage, a child as head beside an adult, a move of the dead, a place that is no more and
//     what it became. What is only unusual is asked to be confirmed.
//   - Undo takes an event back by telling again what it ended, with a reason. The rows of both stay.
//   - Floating population goes collect, verify, aggregate, share, feed back: the place where somebody is waits for the place he comes
//     from, each side has its queue, and what the home says that differs makes a conflict.
//   - After a merge of areas the residents' rows follow, after a split each dwelling goes to its part and its people with it; codes told earlier still resolve.
//
// Tables: event_log, event_floating.
//
// It never decides what follows for services; those ask the register.
package event
