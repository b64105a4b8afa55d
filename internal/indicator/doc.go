// Package indicator counts what the domains publish: the indicators and watches that packs define over the views fact_….
//
// It promises:
//   - a figure is asked with its period, its area and who asks, and comes with its definition (document, version, words,
//     clauses), its sample size and both readings: over what was due, as the definition says, and over everything in the
//     period, so that what is unfinished does not hide;
//   - a rate of fewer than 30 cases comes with its Wilson band and takes no part in a ranking; a pack may ask for more;
//   - every figure opens to the very cases it is made of, under the same condition in the same database: as many as it says;
//   - nobody is shown a case he could not open by itself: what an actor may count is what lies in the places or with the
//     units of his scope (see sight);
//   - a watch tells whom the pack names once when it begins to flag a case, in one message a sweep.
//
// A period is a pair of civil dates in Shanghai, both included. Definitions are data: those of packs, and the general ones
// in standard.yaml that hold for every channel.
//
// Tables: indicator_flag (what watches have told of). Job: indicator.watch. It reads the view fact_case.
//
// It never changes a case, and never keeps a figure: who needs one frozen keeps it himself (see notice).
package indicator
