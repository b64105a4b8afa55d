// The pages of a grid worker: one shell, of which this module draws whatever page the address names.
import { button, h, icon, notice } from "./dom.mjs";
import * as duty from "./duty.mjs";
import * as pack from "./pack.mjs";
import * as store from "./store.mjs";
import * as sync from "./sync.mjs";
import { cookie, lang, prefer, t, when } from "./words.mjs";
import { area, track } from "./area.mjs";
import { check, checks } from "./checks.mjs";
import { home } from "./home.mjs";
import { item, queue } from "./queue.mjs";
import { report } from "./report.mjs";
import { point, rounds } from "./rounds.mjs";
import { visit, visits } from "./visits.mjs";

// Pages by the first part of their address. one draws what an id names. live pages are drawn anew when something changed; the others
// have a form in which somebody may be writing.
const pages = {
  "": { draw: home, live: true }, report: { draw: report }, checks: { draw: checks, one: check, live: true }, rounds: { draw: rounds, one: point, live: true },
  visits: { draw: visits, one: visit, live: true }, map: { draw: area }, track: { draw: track, live: true }, queue: { draw: queue, one: item, live: true, liveOne: true },
};
const bar = [["", "home", () => t("首页")], ["report", "report", () => t("上报")], ["checks", "check", () => t("核查")], ["map", "map", () => t("地图")], ["queue", "queue", () => t("待传")]];

const main = document.getElementById("main"), head = document.getElementById("head"), foot = document.getElementById("foot");
let stale = false; // a newer build is there: the next page is loaded anew
let leave = []; // what the present page wants done when it is left
let said = "";

const parts = () => location.pathname.replace(/^\/grid\/?/, "").split("/").filter(Boolean);

// go leads to another page; words are said on it.
export function go(path, words = "") {
  said = words;
  if (stale) return location.assign(path);
  history.pushState(null, "", path);
  return show(true);
}

let drawing = 0;
async function show(moved) {
  const mine = ++drawing;
  const [name = "", key] = parts();
  const p = pages[name];
  if (moved) {
    leave.forEach((f) => f());
    leave = [];
  }
  const screen = { go, key: key && decodeURIComponent(key), onleave: (f) => leave.push(f), again: () => show(false), refresh };
  let content;
  try {
    content = needsPack(name) ? first() : await (key ? p.one : p.draw)(screen);
  } catch (e) {
    console.error(e);
    content = [h("h1", {}, t("这一页没有打开")), notice("bad", t("手机上的数据读不出来"), h("p", {}, e.message)), button(t("再试一次"), () => location.reload(), "primary")];
  }
  if (mine !== drawing) return; // somebody went on meanwhile
  fillIn(main, moved, said && h("div", { class: "said", role: "status" }, icon("check"), h("p", {}, said)), content);
  document.title = (main.querySelector("h1")?.textContent || t("邻里网格")) + " · " + t("邻里网格");
  if (moved) {
    scrollTo(0, 0);
    main.scrollTo(0, 0);
    main.focus({ preventScroll: true });
    said = "";
  }
  frame();
  main.dataset.drawn = location.pathname;
}

// fillIn puts content into a part of the page. What is the same as before is left alone, so that no tap falls between two drawings; what was
// open stays open, and the focus where it was.
function fillIn(part, moved, ...content) {
  const next = h("div", {}, ...content);
  const open = moved ? [] : [...part.querySelectorAll("details[open][id]")].map((d) => d.id);
  for (const id of open) next.querySelector("#" + CSS.escape(id))?.setAttribute("open", "");
  if (!moved && next.innerHTML === part.innerHTML) return;
  const held = !moved && part.contains(document.activeElement) && document.activeElement.id;
  part.replaceChildren(...next.childNodes);
  if (held) document.getElementById(held)?.focus();
}

const needsPack = (name) => !pack.current() && name !== "queue";

// first is what a phone shows that has never been loaded.
function first() {
  return [h("h1", {}, t("邻里网格")), pack.ended
    ? [h("p", {}, t("请登录一次。之后没有网络也能用。")), h("p", {}, h("a", { class: "btn btn-primary", href: "/login?next=/grid/" }, t("登录")))]
    : net() === "offline" || net() === "failed"
      ? notice("warn", t("这部手机还没有取到数据"), h("p", {}, t("请在有网络的地方打开一次，之后没有网络也能用。")))
      : h("p", { role: "status" }, t("正在取数据…")),
    pack.refused && notice("bad", t("这个账号没有网格的权限"), h("p", {}, pack.refused))];
}

const net = () => (navigator.onLine === false ? "offline" : sync.net.state);

// look sets letters and language as the worker wants them, before anything is drawn: a page that the phone keeps was made for whoever came first.
function look() {
  const care = Number(cookie("linli_care")) || 0;
  document.documentElement.toggleAttribute("data-js", true);
  care ? document.documentElement.setAttribute("data-care", care) : document.documentElement.removeAttribute("data-care");
  document.documentElement.lang = lang() === "en" ? "en" : "zh-CN";
  return care;
}

// frame draws head and foot: who, the network in words, care mode, language; and the bar.
async function frame() {
  const care = look();
  const items = await sync.list();
  const waiting = items.filter((x) => x.state !== "taken").length;
  const at = parts()[0] || "";
  const p = pack.current();
  const words = state(waiting);
  const tool = (text, act, more = {}) => h("button", { type: "button", class: "tool", onclick: act, ...more }, text);
  const set = (name, value) => () => { prefer(name, value); show(false); };
  fillIn(head, false, h("div", { class: "wrap site-bar" },
    h("a", { class: "brand", href: "/grid/" }, h("span", { class: "brand-words" }, h("strong", {}, t("邻里网格")), h("small", {}, p ? [h("span", {}, p.me.name), (p.me.grids || []).slice(0, 1).map((g) => h("span", {}, g.name))] : []))),
    h("div", { class: "site-tools" }, care ? h("div", { class: "care", role: "group", "aria-label": t("文字大小") }, [t("大"), t("特大"), t("最大")].map((w, i) => tool(w, set("linli_care", i + 1), care === i + 1 ? { "aria-current": "true" } : {})), tool(t("退出关怀模式"), set("linli_care", 0)))
      : tool(t("关怀模式"), set("linli_care", 1)), lang() === "en" ? tool("中文", set("linli_lang", "zh"), { lang: "zh-CN" }) : tool("English", set("linli_lang", "en"), { lang: "en" }))),
    h("div", { class: "net net-" + words[0] }, h("p", { class: "wrap", role: "status" }, words[1])));
  fillIn(foot, false, h("nav", { "aria-label": t("主要页面") }, h("ul", { class: "wrap" }, bar.map(([path, glyph, name]) =>
    h("li", {}, h("a", { href: "/grid/" + path, "aria-current": at === path ? "page" : null }, icon(glyph), h("span", {}, name(), path === "queue" && waiting > 0 && h("span", { class: "count" }, String(waiting)))))))));
}

// state says in words how the phone stands with the city.
function state(waiting) {
  if (pack.ended && pack.current()) return ["warn", [t("登录已过期，记下的照样上传；要看新任务，请登录。"), h("a", { href: "/login?next=/grid/" }, t("登录"))]];
  switch (net()) {
    case "offline": return ["off", waiting ? t("没有网络，%d 件存在手机上，有网络时自动上传", waiting) : t("没有网络，照样可以工作")];
    case "failed": return ["warn", waiting ? t("暂时连不上，%d 件存在手机上，会自动再传", waiting) : t("暂时连不上，照样可以工作")];
    case "login": return ["warn", [t("要登录才能上传。"), h("a", { href: "/login?next=/grid/" }, t("登录"))]];
    case "sending": return ["ok", t("正在上传…")];
  }
  const p = pack.current();
  return ["ok", p ? t("任务更新于 %s", when(p.got)) : t("正在取数据…")];
}

document.addEventListener("click", (e) => {
  const a = e.target.closest("a[href]");
  if (!a || e.defaultPrevented || e.button || e.ctrlKey || e.metaKey || e.shiftKey || a.target) return;
  if (a.origin !== location.origin || !a.pathname.startsWith("/grid") || a.pathname.startsWith("/grid/plain") || a.hash) return;
  e.preventDefault();
  go(a.pathname);
});
addEventListener("popstate", () => show(true));

// Changes come in flocks; the page is drawn once for all of them.
let soon = 0, redraw = false;
const live = (what) => pack.changed.addEventListener(what, () => {
  const [name = "", key] = parts(), p = pages[name];
  redraw ||= needsPack(name) || !main.dataset.drawn || (what !== "net" && Boolean(key ? p.liveOne : p.live));
  clearTimeout(soon);
  soon = setTimeout(() => {
    redraw ? show(false) : frame();
    redraw = false;
  }, 30);
});

// refresh asks for a new pack; a network that fails is no fault of anybody.
async function refresh() {
  const had = pack.current();
  if (navigator.onLine === false) return frame();
  try {
    await pack.fetchPack();
    if (sync.net.state !== "sending" && sync.net.state !== "login") sync.net.state = "ok";
  } catch { if (sync.net.state === "unknown" || sync.net.state === "ok") sync.net.state = navigator.onLine === false ? "offline" : "failed"; }
  had ? frame() : show(false);
}

async function begin() {
  look();
  if ("serviceWorker" in navigator) {
    const held = Boolean(navigator.serviceWorker.controller);
    navigator.serviceWorker.register("/grid/sw.js", { scope: "/grid/", updateViaCache: "none" }).catch((e) => console.info("service worker", e.message));
    navigator.serviceWorker.addEventListener("controllerchange", () => { stale = held; });
  }
  await pack.open();
  await duty.begin();
  await show(true);
  ["items", "pack", "duty", "net", "fixes"].forEach(live);
  store.askToStay();
  await Promise.all([sync.begin(), refresh()]);
  setInterval(() => document.visibilityState === "visible" && refresh(), 600000);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && Date.now() - (pack.current()?.got || 0) > 60000 && refresh());
}
begin();
