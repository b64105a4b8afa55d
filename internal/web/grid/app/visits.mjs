// People to visit, as far as the purpose of the visit allows to know of them.
import { button, empty, field, h, notice } from "./dom.mjs";
import { current } from "./pack.mjs";
import { position } from "./report.mjs";
import * as store from "./store.mjs";
import { add, list } from "./sync.mjs";
import { locate } from "./where.mjs";
import { t, when } from "./words.mjs";

const paid = async () => new Set((await list()).filter((x) => x.kind === "visit").map((x) => x.body.visit));

export async function visits() {
  const mine = await paid(), all = current().visits || [];
  return [h("h1", {}, t("要走访")), all.length ? h("ul", { class: "queue" }, all.map((v) => h("li", {}, h("a", { href: "/grid/visits/" + encodeURIComponent(v.id) }, h("strong", {}, v.name), h("span", { class: "queue-line" }, mine.has(v.id) && h("span", { class: "mark mark-ended" }, t("已走访")), h("span", {}, v.address), v.why && h("span", {}, v.why)))))) : empty(t("没有要走访的"))];
}

export async function visit(screen) {
  const v = (current().visits || []).find((x) => x.id === screen.key);
  if (!v) return [h("h1", {}, t("不用走访了")), h("p", {}, h("a", { class: "btn btn-plain", href: "/grid/visits" }, t("回到走访")))];
  const name = "visit " + v.id, form = { words: "", ...((await store.get("drafts", name)) || {}) }, trouble = h("div", {}), here = locate().catch(() => null);
  const send = async () => {
    if (!form.words.trim()) return trouble.replaceChildren(notice("bad", t("请写明走访情况")));
    try {
      const p = await Promise.race([here, new Promise((go) => setTimeout(go, 3000, null))]);
      await add("visit", { visit: v.id, words: form.words.trim() }, { title: v.name, ...position(p) }, name);
      screen.go("/grid/visits", t("已记下：%s", v.name));
    } catch (e) { trouble.replaceChildren(notice("bad", e instanceof store.Full ? t("手机存储已满") : e.message)); }
  };
  const pairs = [[t("住址"), v.address], [t("为什么走访"), v.why], [t("上次走访"), v.last && when(v.last)]].filter((x) => x[1]);
  return [h("p", {}, h("a", { href: "/grid/visits" }, t("回到走访"))), h("h1", {}, v.name), h("dl", { class: "facts" }, pairs.map(([a, b]) => h("div", {}, h("dt", {}, a), h("dd", {}, b)))),
    (await paid()).has(v.id) ? notice("good", t("已走访")) : h("div", { class: "field-form" }, field(t("走访情况"), h("textarea", { rows: 3, id: "words", value: form.words, maxlength: 1000, oninput: (e) => { form.words = e.target.value; store.put("drafts", form, name).catch(() => {}); } })), trouble, h("div", { class: "send-bar" }, button(t("完成走访"), send, "primary", { class: "btn btn-primary btn-wide" })))];
}
