// What was entered is brought to the city: pictures first, by their sum, then entries in batches, in the order in which they were
// made. An entry is sent again until the city has answered for it, by the id it got on the phone, so that nothing is lost or doubled.
import * as store from "./store.mjs";
import { changed, device, fetchPack, id, keys, limits, me, tellNow, wordsOf } from "./pack.mjs";

// Entries that wait to be sent or to be asked about; the others wait for the worker, or are done.
export const WAITING = ["waiting", "sending", "kept", "wants-photo"];
export const YOURS = ["conflict", "refused"];

const SHORTEST = 2000, LONGEST = 300000; // ms between two tries
const patience = 60000; // ms for one answer
export const net = { state: "unknown", tried: 0, next: 0 }; // offline | sending | ok | failed | login

let running = null, again = false, timer = 0, misses = 0;

const tell = (what) => changed.dispatchEvent(new Event(what));
const say = (state) => { net.state = state; tell("net"); };

// list is every entry, the oldest first.
export const list = async () => (await store.all("items")).sort((a, b) => a.made - b.made || (a.id < b.id ? -1 : 1));

// add keeps an entry and starts to send it. Throws store.Full when there is no room; then nothing changed.
export async function add(kind, body, more = {}, draft) {
  const { old, ...rest } = more;
  const item = { id: id(), kind, body, at: new Date().toISOString(), made: Date.now(), by: me(), photos: [], state: "waiting", tries: 0, next: 0, ...rest };
  await store.exchange(item, old, draft);
  tell("items");
  sync();
  wake();
  return item;
}

// retry lets an entry be sent, or asked about, at once.
export async function retry(key) {
  await store.amend("items", key, (x) => ({ ...x, next: 0 }));
  misses = 0;
  tell("items");
  return sync();
}

export async function remove(item) {
  await store.drop("items", item.id);
  await sweepPhotos();
  tell("items");
}

// sync sends what is due. Called again while it runs, it runs once more.
export function sync() {
  again = true;
  running ||= navigator.locks.request("grid-sync", run).finally(() => { running = null; });
  return running;
}

async function run() {
  clearTimeout(timer);
  if (navigator.onLine === false) { // then there is surely no network; the event online comes when there may be one
    again = false;
    return say("offline");
  }
  while (again) {
    again = false;
    try {
      await rounds();
    } catch (e) {
      await recover();
      if (e !== halt) console.info("sync", e.message);
      if (net.state === "sending") say("failed");
      misses++;
      break;
    }
  }
  await plan();
}

// halt ends a run that nothing is wrong with, but which cannot go on: the login is over.
const halt = new Error("halt");

// recover gives back what was being sent: it is sent again, under the same id.
export async function recover() {
  for (const x of await store.all("items")) if (x.state === "sending") await store.amend("items", x.id, (y) => ({ ...y, state: "waiting" }));
  tell("items");
}

// plan sets when to try next: soon after a failure, later after several.
async function plan() {
  const due = (await store.all("items")).filter((x) => WAITING.includes(x.state));
  clearTimeout(timer);
  net.next = 0;
  if (!due.length) return;
  const back = misses ? Math.min(LONGEST, SHORTEST * 2 ** (misses - 1)) * (0.75 + Math.random() / 2) : 0;
  const wait = Math.max(back, Math.min(...due.map((x) => x.next)) - Date.now(), misses ? 0 : 200);
  net.next = Date.now() + wait;
  timer = setTimeout(sync, wait);
}

// wake asks the browser to tell when there is a network again, where it can; once for an entry, and never relied on.
async function wake() {
  try { await (await navigator.serviceWorker.ready).sync?.register("grid"); } catch { /* not every browser has it, nor lets everybody use it */ }
}

async function rounds() {
  for (let size = limits().batch; ;) {
    const due = (await list()).filter((x) => WAITING.includes(x.state) && x.next <= Date.now());
    if (!due.length) return;
    say("sending");
    const batch = due.filter((x) => x.by === due[0].by).slice(0, size);
    for (const x of batch) await upload(x);
    const answer = await deliver(batch);
    if (answer === "smaller") {
      size = Math.ceil(size / 2);
      continue;
    }
    for (const x of batch) await settle(x, answer.results.find((r) => r.id === x.id) || { state: "waiting" });
    misses = 0;
    say("ok");
  }
}

async function headers(by) {
  const key = (await keys())[by];
  return { "X-Field-Device": await device(), ...(key ? { Authorization: "Field " + key } : {}) };
}

async function ask(url, options, by) {
  const r = await fetch(url, { ...options, headers: { ...options.headers, ...(await headers(by)) }, redirect: "manual", cache: "no-store", signal: AbortSignal.timeout(patience) });
  if (r.type === "opaqueredirect" || r.status === 401) {
    say("login");
    throw halt;
  }
  if (r.status === 429 || r.status >= 500) throw new Error(url + " " + r.status);
  return r;
}

// upload brings the pictures of an entry that the city does not have. Of one that is no picture the city makes a note itself.
async function upload(item) {
  for (const sha of [...item.photos, ...(item.voices || [])]) {
    const p = await store.get("photos", sha);
    if (!p || p.sent) continue;
    const r = await ask("/field/photos/" + sha, { method: "PUT", body: p.blob }, item.by);
    await store.amend("photos", sha, (x) => ({ ...x, sent: true, bad: r.ok ? "" : "yes" }));
  }
}

async function deliver(batch) {
  for (const x of batch) await store.amend("items", x.id, (y) => ({ ...y, state: "sending", tries: y.tries + 1 }));
  tell("items");
  const sent = Date.now();
  const items = batch.map(({ id, kind, at, lon, lat, accuracy, photos, voices, shots, body }) => ({ id, kind, at, lon, lat, accuracy, photos, voices: voices && voices.length ? voices : undefined, shots, body }));
  const r = await ask("/field/sync", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ device: await device(), sent: new Date(sent).toISOString(), items }) }, batch[0].by);
  if (!r.ok && batch.length > 1) { // too much at once, or one that spoils the others
    await recover();
    return "smaller";
  }
  if (!r.ok) return { results: [{ id: batch[0].id, state: "refused", words: await wordsOf(r) }] };
  const answer = await r.json();
  tellNow(answer.now, sent);
  return answer;
}

// settle writes down what the city said of an entry.
async function settle(item, r) {
  let fresh = false;
  await store.amend("items", item.id, (x) => {
    const asked = r.state === "kept" || r.state === "wants-photo" || r.state === "waiting" ? (x.asked || 0) + 1 : 0;
    fresh = r.state === "taken" && x.state !== "taken";
    return { ...x, state: r.state, words: r.words || "", marks: r.marks || [], choices: r.choices || null, case: r.case || x.case, asked,
      next: asked ? Date.now() + Math.min(LONGEST, 1000 * 2 ** (asked - 1)) : 0, done: r.state === "taken" ? Date.now() : 0 };
  });
  for (const m of r.marks || []) if (m.startsWith("photo:")) await store.amend("photos", m.slice(6), (p) => ({ ...p, sent: false }));
  if (r.state === "taken") await after(item);
  if (fresh) sweepPhotos().catch(() => {});
  tell("items");
}

// after does what follows from a decision that the worker made about an entry: the entry it decided is done too.
async function after(item) {
  if (item.kind === "resolve") await store.amend("items", item.body.item, (x) => ({ ...x, state: "taken", choices: null, done: Date.now() }));
  if (["check", "point", "visit", "resolve"].includes(item.kind)) fetchPack().catch(() => {});
}

// resolve answers a conflict with one of the choices that the city offered.
export async function resolve(item, choice, words) {
  await add("resolve", { item: item.id, choice, words }, { title: item.title });
  await store.amend("items", item.id, (x) => ({ ...x, chosen: choice }));
  tell("items");
}

// sweepPhotos lets go of pictures that the city has, and of entries done a week ago.
export async function sweepPhotos() {
  const items = await store.all("items");
  const held = new Set(items.filter((x) => x.state !== "taken").flatMap((x) => [...x.photos, ...(x.voices || [])]));
  for (const d of await store.all("drafts")) for (const x of [...(d.photos || []), ...(d.voices || [])]) held.add(x.sha);
  for (const sha of await store.keys("photos")) if (!held.has(sha)) await store.drop("photos", sha);
  for (const x of items) if (x.state === "taken" && x.done && x.done < Date.now() - 7 * 86400000) await store.drop("items", x.id);
}

// begin is called once: what a killed page left is taken up, and every sign of a network is a reason to try.
export async function begin() {
  await navigator.locks.request("grid-sync", recover);
  const now = () => { misses = 0; return sync(); };
  addEventListener("online", now);
  addEventListener("offline", () => say("offline"));
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && now());
  navigator.serviceWorker?.addEventListener("message", (e) => e.data === "sync" && sync());
  if (navigator.onLine === false) say("offline");
  return sync();
}
