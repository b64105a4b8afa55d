// Package resident is what the city's people see: a home page that answers "what do you want done?", submitting in three
// short steps, the receipt, following a case with number and code or logged in, guides to every channel, the clauses.
//
// # What it promises
//
//   - Every page works without scripts. What was typed is never lost: each step carries all that came before it in one
//     sealed field (draft), errors show the same page again, and the pages of a submission may be gone back to.
//   - The idempotency key is made with the first step, so that a form sent twice is one case with one receipt.
//   - The code of a receipt is a secret. It travels in the body of a request and in a sealed cookie that scripts cannot
//     read and that is sent to this one page only, never in an address: addresses end up in logs, histories and Referer.
//     The cookie of a receipt lasts half an hour, so that the page can be printed, saved and loaded again, and one button
//     forgets it at once; nothing is kept on the server for it.
//   - A wrong code and a wrong number read the same, and cost the same attempts per address.
//   - Likely duplicates show titles only. Names of officials are not shown, units are.
//
// Pages with a receipt or a case are never stored by a browser. Those of a submission are kept by the browser itself until
// it is closed or looked at again (private), because going back to a form that a browser may not keep loses what was typed.
//
// It owns no table, decides nothing about a case, and never shows one reporter another's words.
package resident
