// Package field is the inbox of work done in the street: what a worker's telephone sends when it has a network again.
//
// # The protocol
//
// GET /field/pack, by the session, with the header X-Field-Device, gives what a device needs to work offline, and a token with which this
// device may sync, and nothing else, for 30 days; also after the session ended, and also after the account was closed.
//
// POST /field/sync, by the session or with "Authorization: Field <token>":
//
//	{device, sent, items: [{id, kind, at, lon?, lat?, accuracy?, photos: [sha256], voices?: [sha256], shots?: {sha256: {at, lon, lat, accuracy}}, body}]}
//	→ {now, results: [{id, state, marks, words, case?: {id, number, state, version}, choices?: [{id, says}]}]}
//
// At most 200 items and 2 MiB at once. shots says of photos, when the telephone has made them smaller and so lost what the camera wrote, when and
// where they were taken; times are the telephone's, positions WGS-84, accuracy metres. To ask how items stand, send them again, or only their
// ids: {id} without a kind asks.
//
// PUT /field/photos/{sha256}, raw bytes → 201 new, 200 known, 422 with words: neither photo nor voice note (package voice says which recordings are, how large
// and how long), too large, or other bytes than the name says. Photos and voice notes may be sent before or after the items that name them; which of the two a file is
// is told by its bytes. What is said of photos below holds for voice notes too, at most three an item.
//
// # States of an item
//
//   - kept: durably stored; it is acted on by the runner of jobs (see job.Runner.Tend), usually within a second. Ask again with the same id.
//   - wants-photo: stored; the marks photo:<sha256> say which are still to be sent. The last one that arrives makes it kept. When
//     the photo is lost, resolve{item, choice: "without-photo"} lets the item go on without.
//   - taken: acted on; case says what it became.
//   - conflict: the world moved on (merged, reassigned, closed, verified by another); choices say what the worker may decide by resolve{item, choice}.
//   - refused: with words that say what to do. Still stored.
//
// taken and refused are final. An item without a result in words is a mistake of ours.
//
// # What it promises
//
//   - An item is known by (account, id), for ever: sent again, alone or with others, in any order and by any device of the account, it is not acted on
//     twice, and answered as it stands. The same id with another content is not the same item: it is stored beside, refused, in words.
//   - An answer is given only after the items it speaks of are durably stored. An item that was stored is never deleted, whatever becomes of it.
//   - Accepting is one insert. What it leads to happens afterwards, one transaction an item, each worker's in the order in which they came (see
//     docs/adr/0016): a bad item holds up no other. What fails for reasons of ours is tried again twelve times and then lies on the desk.
//   - A telephone's clock is corrected by what it says the time is when it sends; beyond ten minutes, and where an item claims to be of the
//     future or older than a device may work offline, it is marked clock, and then counts from when it came.
//   - An account that was closed meanwhile loses nothing: its items are stored, marked closed, and lie on the supervision centre's desk.
//   - Photos sent by a device are kept as they came, also their EXIF; whether somebody sees them is for what they are attached to.
//
// # Marks
//
// clock, outside (position off the city), jump (faster than anybody goes since the position before), closed, moved (no longer a worker of that
// grid), bad-photo:<sha256> (what came was no photo; the item went on without); early, late and far for photos of a check that do not fit the case
// (see package picture); far and late as package round has them for points.
//
// What is odd about a report or a check is written into the history of its case, in words.
//
// # What items become
//
// report: a case of the flow by which workers report in a document in force at the place, or with same a note on that case while it is open. check: the step
// verify or rework, or a conflict. The choices there are apply (still so), note, join-main (a note on the case it was merged into) and drop.
// duty and track: package grid; the inbox itself keeps no position of a track. point and visit: package round, where a visit names a point.
// resolve: what the worker decides of an item in conflict, or without-photo.
//
// What nothing can act on is a Stray and lies on the desk of the supervision centre (/strays), which registers it or says why not.
//
// Tables: field_device (hash of a device's token), field_item (the inbox), field_photo (photos and voice notes that arrived, and those that were none).
//
// It makes no case itself (casework does), decides no permission of a case, and keeps no secret in the clear.
package field
