// What is wrong with a page, as far as a machine can tell.

// faults runs axe-core, with every rule it has by default, and tells each breach with where it is.
async function faults() {
  const found = await axe.run(document, { resultTypes: ["violations"] });
  return found.violations.map((v) => v.id + ": " + v.help + "\n" + v.nodes.slice(0, 4).map((n) => "    " + n.target.join(" ") + "  " + n.html.slice(0, 160) + "\n      " + (n.any[0] || n.all[0] || n.none[0] || {}).message).join("\n"));
}

// wide tells what sticks out of the window: nobody should have to scroll sideways to read. A chart is drawn anew when its room
// changes, so a page that is too wide is given a second to settle.
async function wide() {
  for (let i = 0; i < 20 && document.scrollingElement.scrollWidth > document.documentElement.clientWidth; i++) await new Promise((go) => setTimeout(go, 50));
  const room = document.documentElement.clientWidth;
  if (document.scrollingElement.scrollWidth <= room) return [];
  const clipped = (el) => {
    for (let p = el.parentElement; p; p = p.parentElement) if (getComputedStyle(p).overflowX !== "visible") return true;
    return false;
  };
  const out = [...document.body.querySelectorAll("*")].filter((el) => el.getBoundingClientRect().right > room + 1 && !clipped(el)).slice(0, 5);
  return [document.scrollingElement.scrollWidth + " px in " + room + ": " + out.map((el) => el.tagName.toLowerCase() + (el.className && "." + String(el.className).replace(/ /g, "."))).join(", ")];
}

// plain reports whether a link or button is nothing but words, as in a list of titles: it is as high as its line, and 24 px at least.
function plain(el) {
  const css = getComputedStyle(el);
  const bare = /^(a|button)$/i.test(el.tagName) && parseFloat(css.borderTopWidth) + parseFloat(css.paddingTop) + parseFloat(css.paddingBottom) === 0;
  return bare && /^(rgba\(.*, 0\)|transparent)$/.test(css.backgroundColor) && el.getBoundingClientRect().height >= 24;
}

// small tells what is too small to touch or to read. touch and letter are in CSS pixels.
function small(touch, letter) {
  const list = [];
  const tell = (el, why) => list.push(why + ": " + el.tagName.toLowerCase() + (el.className && "." + String(el.className).replace(/ /g, ".")) + " “" + (el.innerText || el.name || "").trim().slice(0, 20) + "”");
  const seen = (el) => el.checkVisibility() && el.getClientRects().length > 0 && !el.closest(".sr, .skip, [inert]");
  for (const el of document.querySelectorAll("button, select, textarea, summary, a[href], input:not([type=hidden])")) {
    if (!seen(el) || el.disabled) continue;
    const label = /^(checkbox|radio)$/.test(el.type) && el.closest("label");
    const box = (label || el).getBoundingClientRect();
    if (getComputedStyle(el).display === "inline" || plain(el)) continue; // a link in a sentence is as high as the sentence
    if (box.height < touch - 0.5 || box.width < touch - 0.5) tell(label || el, Math.round(box.width) + "×" + Math.round(box.height));
  }
  for (const el of document.querySelectorAll("main p, main li, main td, main dd")) {
    const css = getComputedStyle(el);
    if (!seen(el) || !el.innerText.trim()) continue;
    if (parseFloat(css.lineHeight) / parseFloat(css.fontSize) < 1.295) tell(el, "line height " + css.lineHeight);
  }
  const body = parseFloat(getComputedStyle(document.querySelector("main p, main li, main") || document.body).fontSize);
  if (body < letter) list.push("letters of " + body + " px");
  return [...new Set(list)].slice(0, 8);
}
