// Package admin holds the pages of those who keep the city running: packs with the coverage of their clauses, accounts with
// roles and areas, units, places, the calendar, background jobs, webhooks, the proofs of the log, and backups.
//
// It promises that every act of an administrator is in the log, also those on jobs and webhooks; that a form sent twice acts
// once; that a password, token or secret is shown once and kept nowhere; and that long work (verifying, backing up) runs as
// a job, which goes on when the page is left and is found again.
//
// Auditors see what admins see and change nothing. An administrator whose role is bound to a part of the city sees it too,
// but only one of the whole city acts: otherwise an administrator of a county could make himself one of the city.
//
// Jobs: admin.verify, admin.backup. It owns no table and decides nothing about cases; an admin sees none by that role.
package admin
