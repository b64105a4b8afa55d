// Package blob keeps attachments: files named by the SHA-256 of what is in them, and links that say to what they belong.
//
// It promises: a file is whole or absent (written beside, synced, renamed); the same content is stored once; no file is
// ever held in memory; too large, empty, of a type not accepted, or no room on the disk each have their own clear fault;
// a file that is missing or damaged is noticed when it is opened (size) or checked (content).
//
// The order is: Receive streams the upload to the disk, outside any transaction; Attach then writes the rows in the
// caller's. When that transaction fails the file is an orphan, which Sweep removes a day later.
//
// Tables: blob_file (content), blob_link (attachment of a subject). Files: ab/cdef… under the folder of the Store, and
// unfinished uploads in its folder tmp.
//
// It does not know who may see an attachment: its callers ask before they call Open. It never serves a file as a page and
// accepts no type that a browser would run.
package blob
