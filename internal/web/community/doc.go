// Package community serves the pages of communities: for their workers what was sent down to them, the tables they owe, their
// load, facilities and visits; for streets, counties and the city the same figures of all their communities; for everybody
// the facilities, with numbers, appointments and bookings.
//
// Pages under /community are for people in office; those under /hall are public as far as they carry no name.
//
// It opens transactions and calls the domains; it owns no table and holds no SQL.
package community
