// The service worker: keeps the pages of one build, and answers with them. VERSION and KEEP stand above, written by the server.
// Pages and modules of different builds never mix: a new build is fetched whole, then takes over.
"use strict";
const HELD = "grid-" + VERSION;
const PICTURES = "grid-pictures"; // of things to check, fetched by app/pack.mjs

self.addEventListener("install", (e) => {
  e.waitUntil(caches.open(HELD).then((c) => c.addAll(KEEP.map((u) => new Request(u, { cache: "reload" })))).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (e) => {
  const old = (n) => n.startsWith("grid-") && n !== HELD && n !== PICTURES;
  e.waitUntil(caches.keys().then((all) => Promise.all(all.filter(old).map((n) => caches.delete(n)))).then(() => self.clients.claim()));
});

self.addEventListener("fetch", (e) => {
  const url = new URL(e.request.url);
  if (e.request.method !== "GET" || url.origin !== location.origin) return;
  if (e.request.mode === "navigate") {
    if (url.pathname.startsWith("/grid/") && !url.pathname.startsWith("/grid/plain")) e.respondWith(held("/grid/", e.request));
    return;
  }
  if (/^\/(grid\/app|assets)\//.test(url.pathname) || url.pathname === "/grid/manifest.webmanifest") return e.respondWith(held(url.pathname, e.request));
  if (e.request.destination === "image" && /^\/(field|files)\//.test(url.pathname)) e.respondWith(picture(e.request));
});

const held = async (path, request) => (await (await caches.open(HELD)).match(path)) || fetch(request);
const picture = async (request) => (await (await caches.open(PICTURES)).match(request.url)) || fetch(request);

// Background sync, where the browser has it: wakes the pages, which know how to send. It is never relied on.
self.addEventListener("sync", (e) => {
  if (e.tag === "grid") e.waitUntil(self.clients.matchAll({ type: "window" }).then((all) => all.forEach((c) => c.postMessage("sync"))));
});
