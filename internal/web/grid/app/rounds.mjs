// Today's rounds: points to go to, each with its check list.
import { button, empty, field, h, notice, radios } from "./dom.mjs";
import { attachments } from "./attach.mjs";
import { shots as shotsOf } from "./photo.mjs";
import { duty } from "./duty.mjs";
import { current } from "./pack.mjs";
import { position } from "./report.mjs";
import * as store from "./store.mjs";
import { add, list } from "./sync.mjs";
import { locate, metres } from "./where.mjs";
import { t, when } from "./words.mjs";

const key = (r, p) => r.id + "~" + p.id;
const walked = async () => new Set((await list()).filter((x) => x.kind === "point").map((x) => x.body.task + "~" + x.body.point));

export async function rounds() {
  const mine = await walked(), all = current().rounds || [];
  return [h("h1", {}, t("今日巡查")), all.length ? all.map((r) => h("section", { class: "section" }, h("h2", {}, r.name), r.due ? h("p", { class: "muted" }, t("%s 前", when(r.due))) : "",
    h("ul", { class: "queue" }, (r.points || []).map((p) => h("li", {}, h("a", { href: "/grid/rounds/" + encodeURIComponent(key(r, p)) }, h("strong", {}, p.name), h("span", { class: "queue-line" },
      p.done || mine.has(key(r, p)) ? h("span", { class: "mark mark-ended" }, t("已巡查")) : h("span", { class: "mark mark-paused" }, t("未巡查")),
      duty.here && p.lon ? h("span", {}, t("%d 米", Math.round(metres(duty.here, p)))) : "", p.list && p.list.items ? h("span", {}, t("%d 项", p.list.items.length)) : ""))))))) : empty(t("今天没有巡查任务"))];
}

export async function point(screen) {
  const found = (current().rounds || []).flatMap((r) => (r.points || []).map((p) => ({ r, p }))).find(({ r, p }) => key(r, p) === screen.key);
  if (!found) return [h("h1", {}, t("这个点位不用巡查了")), h("p", {}, h("a", { class: "btn btn-plain", href: "/grid/rounds" }, t("回到巡查")))];
  const { r, p } = found, name = "point " + screen.key;
  const form = { answers: {}, words: "", photos: [], voices: [], ...((await store.get("drafts", name)) || {}) };
  const keep = () => store.put("drafts", form, name).catch(() => {});
  const trouble = h("div", {});
  const fail = (e) => { trouble.replaceChildren(e instanceof store.Full ? notice("bad", t("手机存储已满"), h("p", {}, t("填写的内容还在这一页，没有丢。请先到“待传”把已有的传完。"))) : notice("bad", e.message)); };
  const shots = attachments(form, keep, fail);
  const here = locate().catch(() => null);
  const items = (p.list && p.list.items) || [];
  const send = async () => {
    const open = items.filter((i) => i.kind !== "text" && (i.kind === "photo" ? !form.photos.length : !form.answers[i.id]));
    if (open.length) return fail(new Error(t("还有 %d 项没有填：%s", open.length, open[0].says)));
    try {
      await shots.save();
      const at = await Promise.race([here, new Promise((go) => setTimeout(go, 3000, null))]);
      await add("point", { task: r.id, point: p.id, answers: form.answers, words: form.words.trim() }, { title: p.name, photos: form.photos.map((x) => x.sha), shots: shotsOf(form.photos), voices: form.voices.map((v) => v.sha), ...position(at) }, name);
      screen.go("/grid/rounds", t("已记下：%s", p.name));
    } catch (e) { fail(e); }
  };
  const done = p.done || (await walked()).has(screen.key);
  return [h("p", {}, h("a", { href: "/grid/rounds" }, t("回到巡查"))), h("h1", {}, p.name), h("p", { class: "muted" }, [r.name, p.list && p.list.name].filter(Boolean).join(" · ")),
    done ? notice("good", t("今天已巡查")) : h("div", { class: "field-form" }, items.map((i) => question(i, form, keep)), shots.view,
      field(t("其他情况"), h("textarea", { rows: 2, id: "words", value: form.words, maxlength: 1000, oninput: (e) => { form.words = e.target.value; keep(); } })), shots.voice || "", trouble, h("div", { class: "send-bar" }, button(t("完成这个点位"), send, "primary", { class: "btn btn-primary btn-wide" })))];
}

// question asks one item of a check list.
function question(i, form, keep) {
  const set = (v) => { form.answers[i.id] = v; keep(); };
  const says = i.says + (i.points ? " " + t("（%s 分）", i.points) : "");
  if (i.kind === "photo") return h("p", {}, says, " ", t("（拍一张照片）"));
  if (i.kind === "number" || i.kind === "text") return field(says, h("input", { id: "a-" + i.id, value: form.answers[i.id] || "", inputmode: i.kind === "number" ? "decimal" : null, oninput: (e) => set(e.target.value) }));
  const options = (i.options && i.options.length ? i.options : [["yes", t("合格")], ["no", t("不合格")]]).map((o) => (Array.isArray(o) ? o : typeof o === "string" ? [o, o] : [o.value || o.id, o.label || o.text || o.value]));
  return radios(says, options, form.answers[i.id], set);
}
