// Package class tells which classes of people (高龄、独居、流动 …) somebody belongs to, by the rules of packs over what the registers know.
//
// # What it promises
//
//   - A class is derived and never ticked: what changes in the register changes the answer, with the same reasons for everybody.
//   - An answer is yes, no, or needs: what is not known is named and not taken as no.
//   - A class that a pack seals is shown for its purpose only, and only after Open has noted who looked and why. Of sealed classes not even
//     the number is told otherwise.
//
// It owns no table, and decides nothing that follows from belonging to a class.
package class
