// Elements without markup in strings: what is shown is text, whatever it contains.
const make = (space) => (tag, attrs, ...kids) => {
  const el = space ? document.createElementNS(space, tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attrs || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) el.addEventListener(name.slice(2), value);
    else if (name === "value" && !space) el.value = value;
    else el.setAttribute(name, value === true ? "" : value);
  }
  el.append(...kids.flat(9).filter((k) => k !== undefined && k !== null && k !== false));
  return el;
};
export const h = make("");
export const s = make("http://www.w3.org/2000/svg");

const paths = {
  home: "M4 11 12 4l8 7M6 10v10h12V10M10 20v-6h4v6", report: "M4 8h4l1.5-2.5h5L16 8h4v11H4zM12 16.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7z",
  check: "M5 12.5l4.5 4.5L19 7.5", map: "M9 5 4 7v12l5-2 6 2 5-2V5l-5 2zM9 5v12M15 7v12", queue: "M5 7h14M5 12h14M5 17h9",
  round: "M6 4h12v16H6zM9 9h6M9 13h6M9 17h3", visit: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 21c1-5 4-7 8-7s7 2 8 7", mic: "M12 4a2.5 2.5 0 0 0-2.5 2.5v5a2.5 2.5 0 0 0 5 0v-5A2.5 2.5 0 0 0 12 4zM6 11.5a6 6 0 0 0 12 0M12 17.5V21",
  track: "M5 19c8 0 2-7 8-7s2-7 6-7", alert: "M12 4 2.5 20h19zM12 10v4.5M12 17v.5",
};
export const icon = (name) => s("svg", { class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false" }, s("path", { d: paths[name] }));

// notice is a coloured box whose words say the same as its colour.
export const notice = (tone, title, ...kids) => h("div", { class: "notice notice-" + tone, role: tone === "bad" ? "alert" : "status" }, icon(tone === "good" ? "check" : "alert"), h("div", {}, h("p", { class: "notice-title" }, title), kids));

export const button = (text, onclick, kind = "plain", more = {}) => h("button", { type: "button", class: "btn btn-" + kind, onclick, ...more }, text);
export const link = (text, href, kind = "plain") => h("a", { class: "btn btn-" + kind, href }, text);
export const empty = (words) => h("p", { class: "state state-empty" }, words);

let ids = 0;
// field is a label with its control.
export function field(label, control, hint) {
  const id = (control.id ||= "f" + ++ids);
  if (hint) control.setAttribute("aria-describedby", id + "-hint");
  return h("div", { class: "field" }, h("label", { for: id }, label), hint && h("p", { class: "hint", id: id + "-hint" }, hint), control);
}

// radios is a group of which one is chosen; onpick gets its value.
export function radios(legend, options, chosen, onpick) {
  const name = "g" + ++ids;
  return h("fieldset", { class: "field group" }, h("legend", {}, legend), h("div", { class: "boxes" }, options.map(([value, text, note]) =>
    h("label", { class: "box" }, h("input", { type: "radio", name, value, checked: value === chosen, onchange: () => onpick(value) }), h("span", {}, text, note && h("small", {}, note))))));
}
