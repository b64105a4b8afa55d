// Package payment serves the pages of those who handle public money: pay runs with their lines, files for the bank and from it, claims, funds with
// their budgets, the books, and the way of one yuan from the bank back to the clause.
//
// It opens transactions and calls packages payrun and ledger; it owns no table and holds no SQL. Accounts are masked on pages; the file for the bank has them whole.
package payment
