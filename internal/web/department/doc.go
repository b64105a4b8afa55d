// Package department holds the pages of those who do the work: a unit's queue by legal risk, its joint work, what it has
// finished, and a search over what it may see.
//
// The case itself, with every step, is shared with the other offices (see web/part). It owns no table.
package department
