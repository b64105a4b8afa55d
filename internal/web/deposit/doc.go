// Package deposit serves what enterprises deposit with the treasury: to the bureau that assesses it, the treasury that keeps it and approves beside it, and the
// enterprise itself. All three see one page of a deposit, with what each of them may do.
//
// It promises: each sum is shown step by step with its clauses; nothing is shown or done that package deposit does not allow; a notice can be printed.
package deposit
