// Package bulletin shows a bulletin as the sheet that is printed on A4, with its figures leading to their cases where the
// reader may follow them.
//
// It owns no table, has no address of its own and decides nothing: what stands on the sheet is what package notice froze.
package bulletin
