// Package law names documents and their clauses.
//
// It promises one spelling of a citation, "document#clause" (for example "sm12-69#4.4b"), used in packs, logs,
// pages and the API alike. It holds no text of any law: titles and gists live in packs.
package law
