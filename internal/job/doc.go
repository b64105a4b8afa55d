// Package job is work to be done later, promised in the transaction that made it necessary.
//
// It promises: a job exists only if the transaction that enqueued it committed; it is tried until it succeeds or its
// attempts are used up, whatever processes die meanwhile; and it stays visible (waiting, running, done, failed,
// cancelled) with its attempts, its last error and its progress until it is purged.
//
// There are two forms of handler. Handle runs inside one transaction together with the note that the job is done, so the
// effect in the database happens exactly once. HandleOutside is for slow work beyond the database, such as a post to
// another server: the work runs between two transactions, under a lease, and so at least once; what it learned is
// settled in the transaction that notes its outcome.
//
// A runner holds a lease on each job it runs. When the process dies the lease ends and any runner takes the job up again;
// the late result of a runner that lost its lease is refused.
//
// Jobs with a unique key are coalesced: at most one of a kind and key waits, and at most one runs. Enqueueing again while
// one waits brings that one forward; enqueueing while one runs makes one more run afterwards, so no news is lost.
//
// A tended list is a table of another package whose rows are work by themselves; a runner calls what does it, and no job stands beside each row.
//
// What a runner writes lets the writes of requests go first (db.Behind).
//
// Table: job. A job that is due at once and has no unique key is leased, in the transaction that enqueues it, to a runner of
// this process, which gets it with the commit; so it is neither looked for nor claimed. Others wait in the table: runners of
// one process are woken by the commit, those of other processes poll. Outcomes of jobs that end together are written together.
//
// It never runs a job of a kind it has no handler for, and never deletes a failed job by itself.
package job
