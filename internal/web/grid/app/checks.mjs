// What was handled is looked at on site: done, or again. With the pictures before and after, and the condition under which it may close.
import { button, empty, field, h, notice } from "./dom.mjs";
import { attachments } from "./attach.mjs";
import { shots as shotsOf } from "./photo.mjs";
import { duty } from "./duty.mjs";
import { classOf, current, standardOf } from "./pack.mjs";
import { position } from "./report.mjs";
import * as store from "./store.mjs";
import { add, list } from "./sync.mjs";
import { locate, metres } from "./where.mjs";
import { t, when } from "./words.mjs";

// decided are the cases of which the worker's word is still on the phone.
const decided = async () => new Map((await list()).filter((x) => x.kind === "check").map((x) => [x.body.case + " " + x.body.version, x]));

export async function checks() {
  const mine = await decided();
  const all = (current().checks || []).slice().sort((a, b) => ((a.due || "9") < (b.due || "9") ? -1 : 1));
  return [h("h1", {}, t("待核查")), all.length ? h("ul", { class: "queue" }, all.map((c) => {
    const x = mine.get(c.case + " " + c.version);
    return h("li", {}, h("a", { href: "/grid/checks/" + c.case }, h("strong", {}, c.title), h("span", { class: "queue-line" }, c.spot && h("span", {}, c.spot), duty.here && c.lon && h("span", {}, t("%d 米", Math.round(metres(duty.here, c)))), c.due && h("span", {}, t("%s 前", when(c.due))),
      x && h("span", { class: "mark mark-ended" }, x.body.verdict === "done" ? t("已核查：办好了") : t("已核查：要返工")))));
  })) : empty(t("没有要核查的"))];
}

export async function check(screen) {
  const c = (current().checks || []).find((x) => x.case === screen.key);
  if (!c) return [h("h1", {}, t("这件不用核查了")), h("p", {}, h("a", { class: "btn btn-plain", href: "/grid/checks" }, t("回到待核查")))];
  const name = "check " + c.case;
  const form = { words: "", photos: [], voices: [], ...((await store.get("drafts", name)) || {}) };
  const keep = () => store.put("drafts", form, name).catch(() => {});
  const trouble = h("div", {});
  const fail = (e) => trouble.replaceChildren(e instanceof store.Full ? notice("bad", t("手机存储已满"), h("p", {}, t("填写的内容还在这一页，没有丢。请先到“待传”把已有的传完。"))) : notice("bad", e.message));
  const shots = attachments(form, keep, fail);
  const here = locate().catch(() => null);
  const settle = (verdict) => async () => {
    if (verdict === "rework" && !form.words.trim()) return fail(new Error(t("要返工，请写明还差什么")));
    try {
      await shots.save();
      const p = await Promise.race([here, new Promise((go) => setTimeout(go, 3000, null))]);
      await add("check", { case: c.case, version: c.version, verdict, words: form.words.trim() }, { title: c.title, photos: form.photos.map((x) => x.sha), shots: shotsOf(form.photos), voices: form.voices.map((v) => v.sha), ...position(p) }, name);
      screen.go("/grid/checks", verdict === "done" ? t("已记下：办好了") : t("已记下：要返工"));
    } catch (e) { fail(e); }
  };
  const st = standardOf(c.standard) || ((classOf(c.kind) || {}).standards || [])[0];
  const pictures = (title, list) => list && list.length ? h("section", {}, h("h2", {}, title), h("ul", { class: "shots" }, list.map((u, i) => h("li", {}, h("img", { src: u, alt: title + " " + (i + 1) }))))) : "";
  const x = (await decided()).get(c.case + " " + c.version);
  return [h("p", {}, h("a", { href: "/grid/checks" }, t("回到待核查"))), h("h1", {}, c.title), h("p", { class: "muted" }, [c.number, c.spot, c.due && t("%s 前核查", when(c.due))].filter(Boolean).join(" · ")),
    pictures(t("处置前"), c.photos), h("section", {}, h("h2", {}, t("处置情况")), h("p", {}, (c.handled && c.handled.words) || t("没有写")), c.handled && c.handled.at ? h("p", { class: "muted" }, when(c.handled.at)) : ""), pictures(t("处置后"), c.handled && c.handled.photos),
    st && st.closes ? h("p", { class: "notice" }, t("结案条件：%s", st.closes)) : "",
    x ? notice("good", x.body.verdict === "done" ? t("您已核查：办好了") : t("您已核查：要返工"), h("a", { href: "/grid/queue/" + x.id }, t("看上传情况")))
      : h("div", { class: "field-form" }, shots.view, field(t("核查情况"), h("textarea", { rows: 2, id: "words", value: form.words, maxlength: 500, oninput: (e) => { form.words = e.target.value; keep(); } }), t("要返工时写明还差什么")), shots.voice || "", trouble,
        h("div", { class: "send-bar verdicts" }, button(t("办好了"), settle("done"), "primary"), button(t("要返工"), settle("rework"), "danger")))];
}
