// Package pack turns a folder of plain text files into what the program carries out. A pack (政策包) is one government
// document: its clauses, each with what becomes of it, and the flows, forms, clocks, duties, indicators, watches,
// notices, register books, service items, facts of the registers, classes of people, check lists, rounds and schemes of services that carry them out.
//
// It promises:
//   - Load reads everything or reports everything: each problem names file, line and column, many at once, never a panic;
//   - each clause of a document is listed exactly once and is run by named elements, or left to people, out of scope or
//     planned with a written reason;
//   - every element that decides something names its clause, every value the document leaves open is a parameter that
//     names the gap, says why its default was chosen and may be set by the city;
//   - a Pack and all it holds are immutable and safe for concurrent use; its Version changes whenever its behaviour could.
//
// It refuses: unknown keys, clauses without a disposition or with two, elements that do not exist or do not cite the
// clause they are said to run, unused parameters, values of overlapping dates, references to offices, posts, forms,
// indicators or notices that are not there, and two packs that claim one flow.
//
// It has no tables, opens no files besides the fs.FS it is given, and never asks for the time of day.
package pack
