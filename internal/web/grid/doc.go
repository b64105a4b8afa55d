// Package grid is what a grid worker (网格员) carries in the street: pages that install to the home screen and work without a network.
//
// It promises that after the first visit every page opens without a network, after three days too; that whatever the worker
// enters is kept on the phone until the city has it, and reaches the city once; that a phone whose storage is full says so and
// leaves the form as it is; that the position is recorded on duty only, and shown to the worker himself.
//
// How it works: GET /grid/ and everything below it is one shell (shell.templ) without any data, so that the service worker
// (app/sw.js) may keep it. The modules in app/ draw the pages from what lies in the browser's database: the pack of the day
// (GET /field/pack) and the worker's own entries, which app/sync.mjs brings to POST /field/sync by ids made on the phone. All
// files of one build are kept and replaced together: the version of the service worker is a sum over them.
//
// Words: a module says t("中文"). The server finds these sentences in the modules, and sends their English with the shell, so that
// the language can be changed without a network; a test compares with the catalogue.
//
// Without scripts, /grid/plain reports by an ordinary form, by the same inbox, and lists what is to be checked.
//
// The addresses under /field (sync*.go; the protocol is in package field) answer in JSON, also when something is wrong: {"error": words}.
//
// It never keeps a picture or a voice on the server itself, never decides about a case, and knows no SQL. It owns no table.
package grid
