// The browser's database: what the worker entered, the pictures, the pack of the day. Everything that must outlive the page is here.
const STORES = { meta: null, drafts: null, items: "id", photos: "sha", fixes: "at" };

const opened = new Promise((done, fail) => {
  const r = indexedDB.open("linli-grid", 1);
  r.onupgradeneeded = () => {
    for (const [name, keyPath] of Object.entries(STORES)) r.result.createObjectStore(name, keyPath ? { keyPath } : undefined);
  };
  r.onsuccess = () => done(r.result);
  r.onerror = () => fail(r.error);
});

// Full says that the phone has no room left. Nothing was written.
export class Full extends Error {}

const mended = (e) => (e && e.name === "QuotaExceededError" ? new Full() : e || new Error("storage"));

// tx runs work on stores in one transaction, which is on the disk when it resolves; what work returns may be a request.
async function tx(names, mode, work) {
  const db = await opened;
  return new Promise((done, fail) => {
    const t = db.transaction(names, mode, { durability: "strict" });
    let result;
    t.oncomplete = () => done(result && "result" in result ? result.result : result);
    t.onabort = () => fail(mended(t.error));
    try { result = work(...names.map((n) => t.objectStore(n))); } catch (e) { fail(mended(e)); }
  });
}

export const get = (store, key) => tx([store], "readonly", (o) => o.get(key));
export const all = (store) => tx([store], "readonly", (o) => o.getAll());
export const keys = (store) => tx([store], "readonly", (o) => o.getAllKeys());
export const put = (store, value, key) => tx([store], "readwrite", (o) => { o.put(value, key); });
export const drop = (store, key) => tx([store], "readwrite", (o) => { o.delete(key); });
export const wipe = (store) => tx([store], "readwrite", (o) => { o.clear(); });

// amend changes a record that is there, in one transaction; change returns the new one, or nothing to leave it.
export const amend = (store, key, change) => tx([store], "readwrite", (o) => {
  const r = o.get(key);
  r.onsuccess = () => {
    const next = r.result && change(r.result);
    if (next) o.put(next);
  };
});

// exchange writes an entry, in the place of another if need be, and takes the draft it was made of away: all or nothing.
export const exchange = (item, old, draft) => tx(["items", "drafts"], "readwrite", (items, drafts) => {
  if (old) items.delete(old);
  items.put(item);
  if (draft) drafts.delete(draft);
});

// askToStay asks the browser not to clear what is kept here when it needs room.
export const askToStay = async () => { try { await navigator.storage.persist(); } catch { /* a browser without it keeps as it may */ } };
