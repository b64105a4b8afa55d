// Package voice knows what a voice note is: whether a file is a recording, of which kind, and how long it lasts.
//
// # What it promises
//
//   - Read tells the kind from what is in the file (github.com/gabriel-vasile/mimetype), never from a name or from what a browser says:
//     WebM, Ogg, MP4 (M4A) and WAV, the four that browsers and telephones record. A film is no voice note.
//   - It walks over the boxes, pages or blocks of the file and reads nothing that they hold, so that memory is the same for every file,
//     whatever lengths the file claims. What cannot be walked to its end is refused as damaged.
//   - A note is at most MaxBytes large and MaxLength long. A browser does not write the length of a recording into its head, for
//     it does not know it yet, so the length is taken from the times of the sound itself.
//
// The walks are written here and not taken from a library of containers: those that can be had read what they walk over into memory, as
// long as the file says.
//
// It touches no database and no file by name, and decodes no sound.
package voice
