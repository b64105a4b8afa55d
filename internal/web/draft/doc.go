// Package draft serves the pages on which a change of a document's rules is tried on the whole city before it is issued.
//
// # What it promises
//
//   - Every chart has its table, and the whole result can be taken away as a workbook.
//   - Persons are named only to those who may see them for relief; everybody else sees numbers.
//   - Parameters can be taken away as a sheet, changed, and brought back: what comes back is checked as a pack and shown as differences before anything is asked.
//
// It has no tables, and nothing on these pages changes a rule in force.
package draft
