// Package exchange brings data in from elsewhere: tables of appeals that another system kept, and tables of persons for the register.
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
// # What it promises of a table of persons
//
//   - A trial run is the import itself, taken back: it says of every row what would become of it.
//   - Read = added + changed + present + conflicts + likely duplicates + rejected. Only what the clerk could register is taken.
//   - Whoever is there already, by the rules of package register, is told what is new; what disagrees with something confirmed waits as a
//     conflict. Who is likely there already is added, and the pair waits in the queue of package duplicate. Nobody is merged.
//   - Facts have the table as their source, and are confirmed; what the row of a new person repeats is told by the row itself
//     (register.FromTable). The same table again changes nothing. Killed at any moment, it goes on where it stopped.
//   - Rows to be mended come back from the file itself; what is kept of a row is masked.
//
// Tables: exchange_pass, exchange_verdict (what became of rows), exchange_person (whom a row without a number became), exchange_table (sent
// by a page), exchange_map (maps with a name), exchange_file (what was read of which file), exchange_source (which case a source number became), exchange_reject.
//
// Times without a zone are those of Shanghai. It never guesses a column: a table whose heading lacks one is refused as a whole.
package exchange
