// Package match tells whether two records are of the same person, household, dwelling or organisation, by rules that are data.
//
// # What it promises
//
//   - A Spec says which fields are compared and how, under which keys records meet, and rules that are asked in order: the first that
//     holds gives the verdict same, likely or different, and says why in words. Without one, two records are different.
//   - A field is compared by its kind, see Kinds: names by their characters, variant characters, sound, order, or but for one character;
//     addresses by their numbers and names, however written; dates by the day, within days, with month and day exchanged.
//   - A field that either record lacks is unknown, and so is a condition that depends on it: a rule fires on what is known only.
//     Missing fields can be asked for.
//   - Decide(a, b) and Decide(b, a) are the same verdict for the same reasons.
//   - Blocking is safe: New refuses a spec with a rule that could call two records same or likely although they share no key. So records
//     that share no key need not be compared, and looking among those that share one misses nothing.
//   - A sealed field is compared and never told in a reason.
//
// The same Matcher serves one record typed at a window (its keys, a look-up, Decide) and a table of a million (an Index, or the same look-up).
//
// # What it never does
//
// It has no tables, does no I/O, reads no clock, and knows no domain: fields come from the spec. It never merges anything.
package match
