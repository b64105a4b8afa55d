// Package picture keeps, of photos that belong to something, when and where they were taken, tells which of them do not fit
// together, and has the copy of each that others may see.
//
// # What it promises
//
//   - The original stays as it came, with everything in it, for whoever may see the case: it is evidence. Everybody else (the reporter, other
//     reporters, the public) is given the copy: upright, at most 1,600 points, and nothing in it but the picture.
//   - Until the copy is made, which takes a job a second or so, nobody else is given anything.
//   - What EXIF says goes before what a telephone says beside a photo, and both before nothing. What nobody said stays unknown and is no doubt.
//   - A photo before and a photo after are judged when somebody looks or decides, by what is known then (Doubts): taken too early, too late, or
//     too far away. A doubt refuses nothing by itself; whoever confirms the work in spite of it says why.
//   - One photo at a time is decoded, whatever arrives: memory is bounded by photo.MaxMemory.
//
// Tables: picture (a photo of a subject), picture_copy (the copy of a photo, or why there is none). Job: picture.copy.
//
// It does not know who may see a subject, and never serves a file.
package picture
