// Package admission watches over what is sent down to communities: nothing that a document puts under admission (准入) goes
// down without an admitted case, and everybody sees what load the admitted ones bring and what came with them.
//
// It promises:
//   - one judgement for every way of sending: Check says what pack.Admission.Judge says, with the clause of the refusal;
//   - a load is summed from the very cases that the reader may open, so that each figure opens to its rows;
//   - what a task asks of a community and what it brings along stand beside each other, by measure (权随责走，费随事转).
//
// Whoever keeps something that is sent down (tables, say) registers nothing here: it calls Check in its own transaction.
//
// It owns no table and takes no step of a case; the flow of the pack does.
package admission
