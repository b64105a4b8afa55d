// What scripts add to pages that work without them: shortcuts, printing, going back, faults of partial updates.
"use strict";
(() => {
  const root = document.documentElement;
  root.dataset.js = "";

  const shown = (el) => el.getClientRects().length > 0;
  const name = (e) => [e.ctrlKey && "ctrl", e.altKey && "alt", e.key.toLowerCase()].filter(Boolean).join("+");
  const typing = (el) => el.isContentEditable || /^(input|textarea|select)$/i.test(el.tagName);

  // data-key="alt+r": a field is entered, a link or button is used. A key without alt or ctrl counts only
  // while nobody is typing. On keyboards where alt makes another letter, the key's place decides.
  document.addEventListener("keydown", (e) => {
    if (e.defaultPrevented || e.isComposing || e.metaKey) return;
    if (!e.altKey && !e.ctrlKey && typing(e.target)) return;
    const byPlace = e.altKey && /^Key[A-Z]$/.test(e.code) ? "alt+" + e.code.slice(3).toLowerCase() : name(e);
    if (e.key === "?" && !e.altKey) return help(e);
    for (const el of document.querySelectorAll("[data-key]")) {
      if ((el.dataset.key !== name(e) && el.dataset.key !== byPlace) || !shown(el)) continue;
      e.preventDefault();
      el.focus();
      if (!typing(el)) el.click();
      return;
    }
  });

  function help(e) {
    const box = document.querySelector("[data-keys-list]");
    if (!box || box.open) return;
    if (e) e.preventDefault();
    const rows = [];
    for (const el of document.querySelectorAll("[data-key]")) {
      if (!shown(el)) continue;
      const key = document.createElement("kbd");
      key.textContent = el.getAttribute("aria-keyshortcuts");
      rows.push([key, label(el)]);
    }
    const body = box.querySelector("tbody");
    body.replaceChildren(...rows.map(([key, words]) => {
      const tr = document.createElement("tr");
      tr.insertCell().append(key);
      tr.insertCell().append(words);
      return tr;
    }));
    box.showModal();
  }

  function label(el) {
    const own = el.labels && el.labels[0] ? el.labels[0] : el;
    const copy = own.cloneNode(true);
    copy.querySelectorAll("kbd,.sr,.count,.must").forEach((x) => x.remove());
    return copy.textContent.trim();
  }

  document.addEventListener("click", (e) => {
    const el = e.target.closest("[data-print],[data-back],[data-keys-help]");
    if (!el) return;
    e.preventDefault();
    if ("print" in el.dataset) window.print();
    else if ("back" in el.dataset) history.back();
    else help();
  });

  // A form is sent once; its key makes a second sending harmless, this only spares the wait.
  document.addEventListener("submit", (e) => {
    const form = e.target;
    if (form.method !== "post" || e.defaultPrevented) return;
    if (form.dataset.sent) return e.preventDefault();
    form.dataset.sent = "1";
    form.setAttribute("aria-busy", "true");
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) {
      delete form.dataset.sent;
      form.removeAttribute("aria-busy");
    }
  });

  // The menu of the person closes with Escape and when one goes elsewhere.
  document.addEventListener("keydown", (e) => {
    const open = e.key === "Escape" && document.querySelector("details.user[open]");
    if (open) {
      open.open = false;
      open.querySelector("summary").focus();
    }
  });
  document.addEventListener("click", (e) => {
    const open = document.querySelector("details.user[open]");
    if (open && !open.contains(e.target)) open.open = false;
  });

  // data-live="address": a part that the server replaces as things change. The browser connects again by itself after a break, and
  // says what it saw last.
  for (const el of document.querySelectorAll("[data-live]")) {
    const source = new EventSource(el.dataset.live);
    source.onmessage = (e) => { el.innerHTML = e.data; };
    window.addEventListener("pagehide", () => source.close());
  }

  const wrong = document.querySelector("[data-focus]");
  if (wrong) wrong.focus();

  // Faults come with their status and a fragment that says so: show it where the part would have been.
  document.addEventListener("htmx:beforeSwap", (e) => {
    if (e.detail.xhr.status >= 400 && (e.detail.xhr.getResponseHeader("Content-Type") || "").startsWith("text/html")) {
      e.detail.shouldSwap = true;
      e.detail.isError = false;
    }
  });
})();
