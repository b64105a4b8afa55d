// Package lexicon says what the registers may tell of whom: the words for facts (学历, 就业状态, 建筑面积 …) and for
// relations (居住于, 户主 …), each with its kind, so that a value is written one way only and a rule knows its type.
//
// # What it promises
//
//   - Standard is what every city has without a pack; With adds what packs bring in their folder facts/. A word means one
//     thing: a pack that says otherwise is refused.
//   - Check turns what somebody wrote into the one text in which the value is kept, by the kinds of internal/form.
//   - A lasting word (sex, date of birth, ethnicity) does not change in a life: another value is a disagreement and never an event.
//
// It has no tables and reads no clock; what is known of somebody is kept by internal/fact.
package lexicon
