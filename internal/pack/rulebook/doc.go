// Package rulebook turns a city's table of standards (立案、处置、结案标准) into a pack: which matter of a class is opened as
// a case, who handles it, how long it takes, when it is done.
//
// It promises: a table of rows, or every sheet of a workbook, with merged cells, in the headings that cities use; a whole
// pack that the loader takes and whose examples pass, one clause for each row; the id of a row that an earlier edition had
// stays its id; and a word for each row that was read in some way which the table does not state, with its line.
//
// What a table leaves open (whether 天 is a working day) becomes a parameter with a default; what cannot be read is left out
// and told, never guessed. It opens the file it is given and writes nothing.
package rulebook
