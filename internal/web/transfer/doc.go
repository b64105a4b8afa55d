// Package transfer has the pages by which tables of persons come into the register and go out of it, and on which people decide who is entered
// twice: send a table, say what its columns are, try it, look at the verdict on each row, import it, take back the rows that need mending;
// export the persons of an area.
//
// Who keeps the registers of a place (duplicate.Registrars) does all of this for that place; auditors look at duplicates and export. It owns no table and decides
// no permission: exchange and duplicate do.
package transfer
