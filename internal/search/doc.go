// Package search finds texts by words of two characters and more, on both engines alike.
//
// Text is cut in Go: Chinese into overlapping pairs (路灯坏 → 路灯 灯坏), letters and digits into whole lower-case words,
// full-width forms folded. A pair is a token, so a two-character word is found exactly. A longer word is the conjunction of
// its pairs, which now and then matches a text that has them apart; Matches tells, for callers that have the text. A single
// character is found through the pairs that begin with it and the last characters of runs, which are tokens too: exact,
// but slower.
//
// Labels, such as the keys of places and units, are tokens of the same index, so that who may see a document is decided
// inside the index and not by reading documents. A query without labels finds nothing unless it says Unrestricted.
//
// Results are ids, newest first; ids rise with time. The work of one query is bounded even for words that are in every
// text: see find_postgres.go for how; SQLite's index is walked from the newest end by itself.
//
// Table: search_doc (FTS5 on SQLite, tsvector with GIN on PostgreSQL). It holds no text: the texts stay with their owners,
// who call Put again whenever text or labels change, in the same transaction.
package search
