// Package register knows persons, households, dwellings, organisations and facilities: who and what there is. What is told of them, with its
// history, is kept by internal/fact; the rows here repeat what holds today, for searching.
//
// # What it promises
//
//   - One person, one entry: FindOrCreate finds somebody by ID number, or by telephone and name, before it makes a new one.
//   - ID numbers, telephones and mail addresses are never stored in the clear: the row has them sealed (AES-256-GCM, bound
//     to the person and the kind, so that a sealed value moved to another row does not open), a masked form for pages, and
//     a keyed digest (HMAC-SHA-256) to look them up by. The keys are in a file of the data folder, not in the database.
//   - A value in the clear leaves by Reveal only, which wants a reason and writes it to the audit log with who asked, or by
//     Reach, which is for sending a message and never for a page.
//   - What somebody gave once stays: an earlier telephone is kept with the times it was first and last given.
//   - Who may be entered twice is found by rules that are data (matching/person.yaml) and keys kept with each person; Alike asks for one
//     newcomer at a window and for a thousand of a table alike. Nothing is merged by itself. An entry that was merged leads to the other.
//   - Tell, Change, corrections and settled conflicts bring the rows up to date in the same transaction. What a row had from its first day is
//     the first telling of it, and is written out as one when a second comes; a row that a table brought is confirmed by it (FromTable).
//   - See and Sight decide who may see whom, for a purpose, and are the same for a list and a record. Who lives or is registered in one's area
//     may be seen. A refused look is noted by the caller with NoteRefused, a look at what is sealed with NoteLook.
//   - Keys can be replaced: AddKey seals what is new with a new key, Reseal moves the rest over, the old key stays readable.
//
// Whoever loses the key file loses the sealed values; `linli backup` takes it along. A key is known by the beginning of its
// own digest, so a file that does not belong to the database says so instead of giving nonsense.
//
// Tables: person, person_key, person_merged, register_secret, household, dwelling, organisation, facility. A resident's login is a
// staff.Account that names the person.
//
// Whoever meets a person in a case sees what the case shows of him; that is for casework to decide.
package register
