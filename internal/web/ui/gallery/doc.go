// Package gallery shows every component of ui in every state, for looking and for tests.
//
// It promises that a component which is not in the gallery does not exist for the reader who checks the look,
// and that its pages pass the same accessibility check as the product's. Everything in it is invented. It owns
// no table and is never part of the product's routes; look/ serves it by itself.
package gallery
