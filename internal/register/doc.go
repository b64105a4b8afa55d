// Package register knows persons and organisations, as far as cases need them.
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
//   - Keys can be replaced: AddKey seals what is new with a new key, Reseal moves the rest over, the old key stays readable.
//
// Whoever loses the key file loses the sealed values; `linli backup` takes it along. A key is known by the beginning of its
// own digest, so a file that does not belong to the database says so instead of giving nonsense.
//
// Tables: person, person_key, person_merged, register_secret, organisation. A resident's login is a staff.Account that names the person.
//
// Who may see which person is decided by the cases they are in, so the caller has checked that before asking here. Staff
// stands on the same floor, hence by is the name of the actor as the audit log has it (staff.Actor.AuditName).
package register
