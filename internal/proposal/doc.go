// Package proposal notices when the same thing is reported at the same place again and again, and proposes to somebody to deal with it once and for all.
//
// It promises: a proposal is raised when one fixture, or one group of matters within some metres, was reported so many times within so many days (Rule);
// it is found once, whichever process looks and however often; further reports join it while it waits; a person decides, never the program: it starts a
// case of its own, to which the reports are linked, or is dismissed with words and a day. After a decision only reports that came later count, and after
// a dismissal none before its day is over.
//
// Tables: proposal, proposal_case, proposal_mark (how far the log has been read). Job: proposal.find. It reads the view fact_case_position, and the log by
// its positions, which have no gap.
//
// It never opens a case by itself.
package proposal
