// Package exchange brings data in from elsewhere: tables of appeals that another system kept.
//
// # What it promises of an import
//
//   - Nothing is lost: rows read = imported + already there + rejected, and a rejected row is told with its line, its reason and its
//     own text in a table that can be mended and imported again.
//   - It can be stopped at any moment, by kill -9 too, and run again: a row and the note that it is done commit together. Running it
//     again over a table that is done changes nothing.
//   - The number a row had at its source stays with the case. The same number with other words is rejected, not overwritten.
//   - What looks like a telephone, identity or card number is masked before anything is stored.
//   - A row becomes a case by the same verbs, checks and history as any other, at the instants the table tells; steps the table does not
//     tell are taken at the last instant it does, and say so. The audit log names the file, and its order is that of the import.
//
// Tables: exchange_file (what was read of which file), exchange_source (which case a source number became), exchange_reject.
//
// Times without a zone are those of Shanghai. It never guesses a column: a table whose heading lacks one is refused as a whole.
package exchange
