// Package deposit keeps what organisations must deposit with the treasury (缴存), from the assessment of its sum to its return.
//
// # What it promises
//
//   - The sum is what the pack's formula gives for what is known; every assessment keeps what was known, each step of the sum and the version of the pack.
//   - Nobody deposits twice: an organisation has one living deposit of a rule, and whom the document exempts is refused with its clause.
//   - What is kept is derived from the ledger: two liability accounts for each deposit, of principal and of interest. It is never below nothing, and never used for another.
//   - Money goes out only for costs that the document names, for a difference after an assessment, or at the end; two different units agree in a case, and the
//     bank pays it by a pay run.
//   - A drawing is never more than what is kept; after it the deposit is assessed anew, and topped up within the term from delivery of the notice.
//   - Parts sum to the sum; a bond and a guarantor stand only with the consent of whoever assesses.
//
// Tables: deposit_record, deposit_assessment, deposit_move, deposit_plan, deposit_payout, deposit_year. Job: deposit.sweep. It hears casework.Decided.
//
// It never decides a case by itself, moves no money itself, and punishes nobody: a case does.
package deposit
