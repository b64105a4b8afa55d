// Package money counts in fen.
//
// It promises that an amount in yuan is read and written exactly, to the fen, and that a text which says less or more than that is refused
// rather than rounded. Sums are checked for overflow. Rates, shares and rounding rules belong to the rule that orders them, not here. There is
// no floating point and no currency but the yuan.
package money
