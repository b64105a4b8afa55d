// Package photo knows what a photo is: whether a file is one, how large, when and where it was taken, which way up it is;
// and it makes the copy that may be shown to others.
//
// # What it promises
//
//   - Read looks at headers only: no picture element is decoded, whatever the file claims to be. A file that is not a JPEG, PNG or WebP
//     photo is refused in words, and so is one of more than MaxPixels or whose decoding would take more than MaxMemory.
//   - What Read cannot tell (no time, no position, damaged EXIF) stays unknown; it is never made up, and no error.
//   - Copy writes a JPEG that carries nothing but the picture: no EXIF, no XMP, no thumbnail, no comment, no colour profile. It is turned
//     upright, at most as large as asked, and takes no more than the memory that Read foretold plus the copy's own.
//
// A photo of 80 megapixels is refused, with what to do: a plain one would take 120 MB and a progressive one 600 MB to
// decode (measured: see TestMemoryStaysWithinWhatReadForetells), and a telephone makes a photo of 1,600 points before sending anyway.
//
// A time in EXIF is a wall clock; without an offset beside it it is taken as Shanghai's. Positions are WGS-84, as EXIF says.
//
// Metadata are read by github.com/bep/imagemeta (MIT, kept, fuzzed upstream); its helpers for time and position assert
// types of what a file claims, so the tags are interpreted here.
//
// It touches no database and no file by name.
package photo
