// Package bench measures the program against what the least could do on the same machine.
//
// Cases serves a city on the loopback with everything on (login, validation, permission, audit log, jobs, rate counting with
// a generous limit) and carries letters through seven steps over HTTP. In the same run, by turns of a second, the same clients send
// the same bodies to a bare handler that decodes the JSON and durably commits as many rows as the program does. The ratio of
// the two says what the program costs, whatever the machine.
//
// Queues fills a database with many cases and measures lists, counts, search and sums as several people see them.
//
// Register fills a city with residents in their households and dwellings and measures how soon a clerk finds one, sees his page, and has a form filled in
// with what is known.
//
// It promises to listen on the loopback only, to write into folders and databases of its own and to remove them. It reads the
// machine's clock, for it measures. It is no part of what a server does.
package bench
