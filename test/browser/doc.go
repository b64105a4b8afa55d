// Package browser drives the program's pages in Chromium, as people use them: the story of one matter from a resident's telephone to
// the bulletin, on both databases, and a look at every page of every person by axe-core, by width and by what the console says.
//
// The browser is the one LINLI_CHROMIUM names, else chromium of the path; without one the tests are skipped, unless
// LINLI_REQUIRE_BROWSER=1. LINLI_PICTURES names a folder to draw the pictures of the README into.
package browser
