// Package fault is the vocabulary of what can go wrong, as a person who has to act on it sees it.
//
// Seven kinds and no more: invalid, not found, conflict, forbidden, refused, unavailable, internal. A fault
// carries a Chinese sentence (a format and its arguments, so that a page can show it in another language), the
// form field it concerns, and, for a refusal, the clause it rests on. Packages wrap faults with %w; only web
// and API code turn one into words for a person. Faults of kind internal never show their cause to a person.
package fault
