// Package population holds persons and households in memory, each fact in a column, so that rules can be asked about everybody at once.
//
// # What it promises
//
//   - A row says what class.Classes.Facts says of the same subject on the same day: facts are read the same way and what follows from relations is derived by the
//     same function.
//   - Before each use it takes over what was told since the last: subjects of which a telling was made or ended, and those that the audit log names. Changes
//     tells whoever decides which rows may answer otherwise now, with those under the same roof and of the same family.
//   - Only facts that somebody asked for (Want) are kept.
//
// It owns no table, decides nothing, and knows no benefit. Who may see a person is for its callers: it gives whole columns to rules and never a page.
package population
