// Package column answers rules for everybody at once: an expression is laid out as a plan over typed columns and asked a thousand rows at a time.
//
// # What it promises
//
//   - Every answer, value, unknown and error is the one that rule.Program gives for the facts of the row. What a plan cannot say exactly (a number with more
//     places than its column, an overflow, a division by zero) makes the row odd, and an odd row is asked of the program itself. A part that no plan
//     knows (a loop, a function of a caller) is asked of the program row by row, and only where the parts beside it leave it open.
//   - Running allocates nothing but for odd rows.
//   - Any number of workers may run plans over one table at once, as long as nobody writes to it.
//
// It has no tables in the database, reads no clock, and knows no domain.
package column
