// Package notice makes bulletins (通报) out of figures and lets them out.
//
// It promises:
//   - a draft freezes its figures with the definitions they were made by (document, version, words, clauses) and a digest of
//     the very cases behind them; what was signed is never altered, only withdrawn with a reason;
//   - at any later time it can say whether the figures still reproduce and, where not, which changed;
//   - signing finishes the duty that asked for the bulletin, and stands in the audit log with the digest of what was signed;
//   - the public version holds no person and no case: only sums, without those about fewer than five, and without the
//     one beside it from which they could be worked out;
//   - what the public sees is what somebody decided to let out, when he signed.
//
// A bulletin is about one period and one area. Periods are civil dates in Shanghai, both included.
//
// Table: notice_bulletin. It reads the view fact_case through package indicator.
//
// It never counts by itself, and never publishes by a timer.
package notice
