// Package api is what other programs use: everything the pages do, as JSON under /api/v1.
//
// # What it promises
//
//   - The document at /api/openapi.json (OpenAPI 3.1) is made from the very types that the handlers read and write, so it cannot
//     differ from them. Unknown members, parameters and operations are refused, never ignored.
//   - The same permission as on the pages, because the same functions of the domain decide it. A token is narrowed further by
//     its scopes: read, write, admin, or all of them.
//   - Every write wants an Idempotency-Key. The same key with the same content gives the first answer again, marked by
//     Idempotent-Replay: true; with another content it is a conflict. Secrets are the one exception: a new token is shown once.
//   - Numbers and codes of persons stand in bodies only, never in an address. What is masked on a page is masked here, and opened the
//     same way: for a purpose, with a reason, and a note in the log.
//   - A failure is a problem of RFC 9457: what went wrong in Chinese, which fields, and the clause that a refusal rests on.
//   - A case has its version as ETag. A step with If-Match is taken only on that version; otherwise 412 says who was first.
//   - Lists go on behind a cursor, given in the answer and as a Link header.
//
// Instants are RFC 3339 in UTC; a term's end is exclusive. Ids are text.
//
// It holds no rule of any office, writes no SQL and owns no table.
package api
