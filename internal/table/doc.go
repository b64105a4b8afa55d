// Package table lets one table do for many (一表通): whoever wants figures of communities says which cells, why and until when; the
// cells fill themselves from what the platform knows, and only the rest is asked, once.
//
// # What it promises
//
//   - Nothing goes down that was not admitted: Demand asks package admission in its own transaction, and a refusal carries the clause.
//   - The same datum for the same place and period is never asked twice, whichever table it stands in: the answer given before is
//     taken, and the cell says from when and from which table.
//   - Each filled cell tells where it comes from. What filled itself is measured: Saving.
//   - A sheet is seen by the unit that owes it, by who oversees its place, and by the unit that asked; only the first fills it in.
//   - A workbook that somebody uploads is bounded and never computed; what is written into it is never a formula.
//
// An answer stays with the place, its datum and its period; a correction is a new row that ends the former.
//
// Tables: table_template, table_demand, table_sheet, table_cell, table_answer. It reads fact_hall through package hall.
//
// It never decides whether a task is admitted, and counts no case by itself: figures are package indicator's.
package table
