// On duty the phone notes where it is, at most every half minute and only when it moved; off duty it notes nothing. What is noted is shown
// to the worker himself (track.mjs), and goes to the city as entries of the kind track.
import { changed } from "./pack.mjs";
import * as store from "./store.mjs";
import { add } from "./sync.mjs";
import { follow, metres } from "./where.mjs";
import { dayKey } from "./words.mjs";

const EVERY = 30000, MOVED = 15, SEND = 300000; // ms, m, ms
export const duty = { on: false, since: "", here: null };
let stop = null, last = null, sent = 0;

// begin takes up the shift that a closed page left.
export async function begin() {
  const kept = await store.get("meta", "duty");
  if (!kept || !kept.on) return;
  Object.assign(duty, kept);
  watch();
}

export async function turn(on) {
  const now = new Date().toISOString();
  const next = { on, since: on ? now : "" };
  if (!on) await flush();
  await store.put("meta", next, "duty");
  Object.assign(duty, next);
  on ? watch() : unwatch();
  await add("duty", { on }, { at: now });
  changed.dispatchEvent(new Event("duty"));
}

function watch() {
  stop ||= follow(note);
}

function unwatch() {
  stop?.();
  stop = last = null;
}

async function note(p) {
  duty.here = p;
  changed.dispatchEvent(new Event("here"));
  if (!duty.on || (last && (Date.now() - last.noted < EVERY || metres(p, last) < MOVED))) return;
  last = { ...p, noted: Date.now() };
  try {
    await store.put("fixes", { at: p.at, lon: p.lon, lat: p.lat, accuracy: p.accuracy, sent: false });
    if (Date.now() - sent > SEND) await flush();
  } catch { /* no room: a report matters more than a track */ }
  changed.dispatchEvent(new Event("fixes"));
}

// flush makes an entry of what was noted and not yet sent, and forgets the days before today.
export async function flush() {
  const all = await store.all("fixes");
  const fixes = all.filter((f) => !f.sent);
  if (fixes.length) {
    await add("track", { fixes: fixes.map(({ at, lon, lat, accuracy }) => ({ at, lon, lat, accuracy })) });
    for (const f of fixes) await store.put("fixes", { ...f, sent: true });
  }
  sent = Date.now();
  for (const f of all) if (f.sent && dayKey(f.at) !== dayKey(Date.now())) await store.drop("fixes", f.at);
}

// today's track, the oldest first.
export const today = async () => (await store.all("fixes")).filter((f) => dayKey(f.at) === dayKey(Date.now()));
