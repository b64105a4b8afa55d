// Package bulletin shows bulletins as anybody may read them: the public list, one bulletin as a sheet for A4, its file.
//
// It promises that the public pages hold what package notice lets out and nothing else, and that the sheet which is signed
// is the sheet which is published: the supervisor's pages show the same component.
//
// It owns no table, asks for no login and decides nothing.
package bulletin
