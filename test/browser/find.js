// How a person finds things on a page: by the words that are to be seen on them.
const words = (el) => (el.getAttribute("aria-label") || el.innerText || "").replace(/\s+/g, " ").trim();
const shown = (el) => el.checkVisibility() && el.getClientRects().length > 0;
const among = (list, text) => {
  const seen = list.filter(shown);
  return seen.find((el) => words(el) === text) || seen.find((el) => words(el).startsWith(text)) || seen.find((el) => words(el).includes(text)) || null;
};

// press is a link or a button; within main first, so that the frame does not hide it.
function press(text) {
  const all = (root) => [...root.querySelectorAll("a[href],button,summary")];
  return among(all(document.querySelector("main") || document), text) || among(all(document), text);
}

// figure is the link in the row that a text heads, of the first table that has one: a number that opens to what it counts.
function figure(row) {
  const head = among([...document.querySelectorAll("main tbody th")], row);
  return head && head.parentElement.querySelector("td a[href]");
}

// field is what a label names.
function field(label) {
  const l = among([...document.querySelectorAll("main label")], label);
  return (l && l.control) || null;
}

// choice is an option of a group of boxes, optionally of the group with a legend.
function choice(text, legend) {
  const groups = [...document.querySelectorAll("main fieldset")].filter((g) => words(g.querySelector("legend") || g).startsWith(legend));
  const roots = legend ? groups : [document];
  return among(roots.flatMap((r) => [...r.querySelectorAll("label")].filter((l) => l.control && /radio|checkbox/.test(l.control.type))), text);
}

// option chooses an option of a select by its words.
function option(label, text) {
  const el = field(label);
  const o = el && [...el.options].find((o) => o.text.trim() === text || o.text.includes(text));
  if (!o) return false;
  el.value = o.value;
  el.dispatchEvent(new Event("input", { bubbles: true }));
  el.dispatchEvent(new Event("change", { bubbles: true }));
  return true;
}
