// Package form asks: it says what a field may hold, reads what a person typed, and answers with typed values or with
// everything that is wrong at once, in sentences a clerk can act on.
//
// # What it promises
//
// Text comes out in NFC, without control or invisible characters, trimmed; in kinds made of digits full-width
// characters have become half-width. Lengths are in characters. Values are the Go types that package rule takes as
// facts, so a filled form is what conditions are asked about. A field whose condition does not hold, or cannot be
// decided yet, is not asked and its value is dropped. Errors never repeat an ID number.
//
// Kinds: text longtext choice choices date instant number whole money phone id-number credit-code place person-name
// bool file. Several choices or files stand on lines of their own. ID numbers follow GB 11643-1999 (format, birth
// date, check digit; no table of areas), unified social credit codes GB 32100-2015.
//
// MaskPhone, MaskID, MaskName, Field.Mask and MaskText hide personal data from who may not see it; MaskText finds
// telephone, ID and card numbers in free text. It is a safeguard for texts that go public, not a proof of anonymity:
// numbers in words and names stay.
//
// # What it never does
//
// It has no tables, does no I/O and reads no clock. Whether a place, file or person exists, and whether a date is past,
// is for the packages that know.
package form
