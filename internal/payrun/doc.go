// Package payrun pays what others owe: it collects their lines for a period into a run, and carries the run to the bank and back.
//
// # What it promises
//
//   - Nobody is paid twice: a key stands in at most one living line. Only a line that was refused, returned or held gives its key to another.
//   - A line without account, fund or budget is held with the reason, never dropped, and comes back by itself in a later run.
//   - Reckoning goes on in chunks, each one transaction with its cursor: it may be left, resumed or killed at any point.
//   - Who made or reviewed a run does not approve it. Of two who approve at once one is told that the other did.
//   - A line keeps the pack version by which it was made; who approves is told what has changed since.
//   - What is pledged by reckoned runs, spent by approved ones, paid and returned stands in the ledger, and each line leads to its entries.
//   - A file of returns taken twice does nothing the second time; rows that are not of the run are told.
//   - What was overpaid becomes a claim: never more than was paid for the key, got back by instalments, by withholding from later lines or in cash, or written off
//     by two persons.
//
// Who owes money offers itself with Offer: it yields lines, renews those that come back, and is told what became of them.
//
// Tables: payrun_run, payrun_part, payrun_chunk, payrun_line, payrun_mend, payrun_file, payrun_outcome, payrun_claim, payrun_claim_fund, payrun_instalment, payrun_recovery, payrun_listed. Jobs: payrun.reckon, payrun.post,
// payrun.news.
//
// It never decides that somebody is owed anything, and moves no money itself: a bank does, by the file.
package payrun
