// Package strict reads YAML the way a law is read: nothing is guessed, and whatever is wrong is said with its place.
//
// It promises:
//   - an unknown key, a key given twice, a value of the wrong type, an empty value, a number in any notation but plain
//     decimal, an unquoted date, an anchor, an alias, a tag, a merge key or a second document in one file is a problem;
//   - all problems of a file are reported at once, each with file, line and column (in characters);
//   - the place of every value stays known after decoding, so that later checks can point at it (see Doc.At);
//   - no input makes it panic, and none makes it use more memory than a small multiple of the file's size.
//
// It never fills in a default and never changes the text of a scalar: the clause 4.10 is not the number 4.1.
package strict
