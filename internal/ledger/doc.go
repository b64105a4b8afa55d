// Package ledger keeps the books of a city's public money: accounts, entries, months, funds and budgets, in fen.
//
// # What it promises
//
//   - An entry balances: its debits and credits sum to nothing, or it is refused. It is never changed; what was wrong is undone by an entry that
//     reverses it, once.
//   - A key is posted once. The same posting again answers with the entry that stands; another posting under the key is a conflict.
//   - A closed month stays closed. What comes late goes to the first open month and says so; its own day is kept.
//   - Numbers of entries are gapless within a month.
//   - Every entry says who, why, by which clause and for what (Ref), so that one yuan can be followed both ways.
//   - Balances are derived: sums by account and month are written with the entry that changes them, and Verify counts the lines again.
//   - What is left of a fund is what its budget says on that day, less what is spent in the year and what is pledged.
//   - Split gives away neither more nor less than the whole, to the fen. No sum overflows: it is refused.
//
// Debits are positive, credits negative.
//
// Tables: ledger_account, ledger_entry, ledger_line, ledger_sum, ledger_month, ledger_fund, ledger_budget.
//
// It never decides whether somebody is owed anything, knows no person, moves no money, and never opens a month again.
package ledger
