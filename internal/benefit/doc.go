// Package benefit keeps who is entitled to what: found by the rules of packs or applied for, decided in a case, paid by period, and changed
// only by decisions.
//
// # What it promises
//
//   - Nothing begins, changes or ends by silence. What the rules say and what is decided are kept apart: where they differ there is a
//     finding, which people check and decide; a decision is told to whom it concerns and may be appealed.
//   - A decision keeps the facts it went by, every step of its sum with the clauses, and the version of the pack. Replay computes it
//     again and must get the same.
//   - Who checked a finding does not decide it, and who decided does not answer the appeal.
//   - What is due for a period follows from the decisions (Stretches), whenever it is asked. What was paid for a period and what is due for
//     it differ only until the next pay run: too little is paid as a difference, too much becomes a claim, once.
//   - While it is certain from facts that somebody is no longer entitled, nothing more is paid until a person has decided.
//   - An entitlement is one for its benefit, subject and occasion.
//
// Tables: benefit_entitlement, benefit_decision, benefit_finding, benefit_payment, benefit_account, benefit_appeal,
// benefit_follow. Jobs: benefit.follow.
//
// It never judges a case: that is casework's. It never moves money: payrun asks it what is due (Due) and tells it what became of it (Told).
package benefit
