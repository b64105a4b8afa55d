// Package audit keeps a log of what was done, in which a later change can be found.
//
// Record adds an entry in the transaction of the deed: who, what, to which subject, and a digest of what the subject became.
// It touches no shared row, so writers do not wait for each other. A sequencer then gives the entries of each city
// consecutive positions and grows a Merkle tree over them (RFC 6962, kept in tiles of 256 hashes as transparency logs do).
// Checkpoints sign the size and root of the tree with a key that lies in the data folder, not in the database, and are
// also appended to a file there.
//
// It promises that Verify finds: an entry altered, removed, inserted or reordered after sequencing; a stored hash or a
// checkpoint altered; a log cut short or rolled back behind a checkpoint that survives in the table, in the file, or in
// somebody's hands; and a subject whose present rows no longer give the digest of an entry, for packages that gave a
// Witness. The order is that of positions; a clock set back changes nothing.
//
// It cannot find what happens before an entry is sequenced, some hundred milliseconds after its commit, nor a whole log
// rewritten by someone who holds the database, the key and every copy of the checkpoints.
//
// Tables: audit_entry, audit_log (size and root by city), audit_tile (hashes), audit_checkpoint (signed notes).
// Files in the data folder: audit.key (mode 0600), audit.pub (public keys, one a line), audit.checkpoints.
//
// It never updates or deletes an entry, apart from giving it its position once.
package audit
