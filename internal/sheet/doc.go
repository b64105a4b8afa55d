// Package sheet reads and writes tables in files: CSV and tab-separated text, and the sheets of XLSX workbooks.
//
// # What it promises of reading
//
//   - Text is UTF-8, UTF-16 or GB18030, with or without a byte order mark, plain or packed with gzip; which one is found out, not asked.
//   - A row that cannot be split costs that row, never its neighbours. Nothing is guessed about columns.
//   - A workbook is read as a stream. A cell of a merged range has the range's value; a formula has the value that was last computed; both
//     are marked. A number stands in plain digits, and one so long that the workbook has lost its last digits is marked as such; a cell
//     with the format of a date stands as a date. Macros are never run, and that there are some is told.
//   - What a small file unpacks to is bounded: a zip bomb, a workbook of too many parts, an endless line end with a sentence, not with
//     the machine's memory.
//
// # What it promises of writing
//
// No cell is taken for a formula by a spreadsheet (see Plain), and a table is written row by row.
//
// It has no tables of the database, and knows no domain. Old workbooks (.xls) and encrypted ones are refused with what to do.
package sheet
