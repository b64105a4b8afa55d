// Package centre serves the pages of the supervision centre and of streets that run grids: grids with their workers and gaps, one grid with who works
// and lives there, fixtures with their labels, and the public page of a fixture, where a resident reports that very one.
//
// It opens transactions and calls the domains; it owns no table and holds no SQL.
package centre
