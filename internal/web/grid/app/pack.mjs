// The pack of the day: what a worker needs of the city to work without a network, and the key by which this phone delivers.
import * as store from "./store.mjs";

// id is made on this phone; the server keeps it for ever, so that nothing is taken twice.
export const id = () => crypto.randomUUID();

export const changed = new EventTarget(); // "pack": another pack is there; "items": an entry changed; "net": what is known of the network

let pack = null;
let login = ""; // whose phone this is

// current is the pack, or null before the first.
export const current = () => pack;
export const limits = () => ({ photo_px: 1600, photo_bytes: 2 << 20, batch: 20, near_m: 50, far_m: 200, ...(pack && pack.limits) });
export const classes = () => (pack && pack.classes) || [];
export const me = () => login;

// open reads what is kept, before any page is drawn.
export async function open() {
  pack = (await store.get("meta", "pack")) || null;
  login = pack ? pack.me.login : "";
}

export async function device() {
  let d = await store.get("meta", "device");
  if (!d) await store.put("meta", (d = id()), "device");
  return d;
}

// Keys by login: whoever made an entry delivers it, also when somebody else uses the phone now.
export const keys = async () => (await store.get("meta", "keys")) || {};

// ended is set when the login is over: what is entered is still kept and delivered, but there is no new pack.
export let ended = false;
export let refused = ""; // why the city gives this account nothing
export let offset = 0; // what the city's clock is ahead of the phone's, in ms

export function tellNow(now, sent) {
  const ahead = new Date(now).getTime() - (sent + Date.now()) / 2;
  if (Number.isFinite(ahead)) offset = ahead;
}

// wordsOf is what the city said in an answer that is no success.
export async function wordsOf(r) {
  const text = await r.text();
  try {
    const j = JSON.parse(text);
    return j.error || "";
  } catch { return text.startsWith("<") ? "" : text.trim(); }
}

// fetchPack asks for a new pack. It resolves to whether there is one; a failing network keeps the old one.
export async function fetchPack() {
  const sent = Date.now();
  const r = await fetch("/field/pack", { headers: { "X-Field-Device": await device(), Accept: "application/json" }, redirect: "manual", cache: "no-store" });
  if (r.type === "opaqueredirect" || r.status === 401 || r.status === 403) {
    ended = r.status !== 403;
    refused = r.status === 403 ? await wordsOf(r) : "";
    changed.dispatchEvent(new Event("net"));
    return false;
  }
  if (!r.ok) throw new Error("pack " + r.status);
  const next = await r.json();
  ended = false;
  refused = "";
  tellNow(next.now, sent);
  const { token, ...rest } = next;
  rest.got = Date.now();
  if (token) await store.put("meta", { ...(await keys()), [next.me.login]: token }, "keys");
  await store.put("meta", rest, "pack");
  pack = rest;
  login = next.me.login;
  changed.dispatchEvent(new Event("pack"));
  keepPictures(rest).catch(() => {}); // they are shown from the network when there was no room
  return true;
}

// keepPictures fetches the pictures of what is to be checked, so that they are seen on site without a network.
async function keepPictures(p) {
  const cache = await caches.open("grid-pictures");
  const wanted = new Set((p.checks || []).flatMap(picturesOf).map((u) => new URL(u, location.href).href));
  for (const old of await cache.keys()) if (!wanted.has(old.url)) await cache.delete(old);
  for (const u of wanted) {
    if (await cache.match(u)) continue;
    const r = await fetch(u);
    if (r.ok) await cache.put(u, r);
  }
}
export const picturesOf = (c) => [...(c.photos || []), ...((c.handled && c.handled.photos) || [])];

// forget removes what the city told, after a logout. What the worker entered stays until it is delivered.
export async function forget() {
  await store.drop("meta", "pack");
  await caches.delete("grid-pictures");
  pack = null;
}

// classes of the pack by code.
export const classOf = (code) => classes().find((c) => c.code === code);
export const standardOf = (ref) => {
  for (const c of classes()) for (const st of c.standards || []) if (st.ref === ref) return st;
  return null;
};
