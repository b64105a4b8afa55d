// A report: class, picture, position, and away. With a class of late it is two taps besides the picture: the class, and 上报. What is
// entered is kept at once, so that a page that is closed or killed opens again as it was.
import { button, field, h, notice, radios } from "./dom.mjs";
import { duty } from "./duty.mjs";
import { classes, classOf, current, limits, standardOf } from "./pack.mjs";
import { finds } from "./pinyin.mjs";
import { picker } from "./pin.mjs";
import { attachments } from "./attach.mjs";
import { shots as shotsOf } from "./photo.mjs";
import * as store from "./store.mjs";
import { add } from "./sync.mjs";
import { inside, metres, rings } from "./where.mjs";
import { t, when } from "./words.mjs";

const blank = () => ({ cls: "", standard: "", words: "", spot: "", photos: [], voices: [], where: null, fixture: "", same: "", old: "" });
const RECENT = 6;

export async function report(screen) {
  const form = { ...blank(), ...((await store.get("drafts", "report")) || {}) };
  const recent = ((await store.get("meta", "recent")) || []).map(classOf).filter(Boolean);
  const parts = { kind: h("div", {}), alike: h("div", {}), trouble: h("div", {}) };
  const keep = () => store.put("drafts", form, "report").catch(() => {}); // without room it stays on the page

  const where = picker(form, () => { keep(); alike(); });
  const shots = attachments(form, keep, (e) => trouble(e));
  if (!form.where) where.find();

  const trouble = (e) => {
    parts.trouble.replaceChildren(...(e ? [e instanceof store.Full
      ? notice("bad", t("手机存储已满"), h("p", {}, t("填写的内容还在这一页，没有丢。请删掉手机上不用的照片或应用，或者到“待传”把已有的先传完，再点上报。")), h("a", { class: "btn btn-plain", href: "/grid/queue" }, t("去待传")))
      : notice("bad", e.message)] : []));
    if (e) parts.trouble.scrollIntoView({ block: "center" });
  };

  const choose = (c) => {
    Object.assign(form, { cls: c ? c.code : "", standard: c && c.standards && c.standards.length ? c.standards[0].ref : "", fixture: "", same: "" });
    keep();
    kind();
    alike();
    if (c) parts.kind.querySelector("button")?.focus({ preventScroll: true });
  };

  // kind is the choice of a class, or the class that was chosen.
  function kind() {
    const c = classOf(form.cls);
    if (c) return parts.kind.replaceChildren(chosen(c, form, () => choose(null), keep, alike));
    const found = h("ul", { class: "class-list" });
    const search = h("input", { type: "search", id: "class-find", autocomplete: "off", enterkeyhint: "search", oninput: (e) => list(e.target.value) });
    const one = (x) => h("li", {}, h("button", { type: "button", class: "btn btn-plain class-pick", onclick: () => choose(x) }, h("span", {}, x.name), x.group && h("small", {}, x.group)));
    const list = (q) => found.replaceChildren(...(q.trim() ? classes().filter((x) => finds(q, x.name) || finds(q, x.group || "")) : recent.length ? [] : classes()).slice(0, 40).map(one));
    list("");
    parts.kind.replaceChildren(h("h2", {}, t("什么问题")), recent.length ? h("ul", { class: "class-list class-recent", "aria-label": t("最近用过") }, recent.slice(0, RECENT).map(one)) : "", classes().length ? "" : h("p", { class: "muted" }, t("还没有立案标准，请联网更新任务。")), field(t("找类别"), search, t("输入词，或拼音首字母")), found);
  }

  // alike shows what may be the same matter, from the cases of the pack: near of the same class, or a little further of the same kind.
  function alike() {
    const c = classOf(form.cls), list = c && form.where ? similar(form, c) : [];
    parts.alike.replaceChildren(...(list.length ? [h("section", { class: "like" }, h("h2", {}, t("可能已经有人报过")), h("ul", { class: "like-list" }, list.map(({ k, far, likely }) => {
      const same = form.same === k.id;
      return h("li", { class: same ? "like-same" : null }, h("div", {}, h("strong", {}, k.title), h("p", { class: "muted" }, [k.number, t("%d 米", Math.round(far)), when(k.at), likely ? t("很可能是同一件") : t("附近的同类")].filter(Boolean).join(" · "))),
        button(same ? t("不是同一件") : t("是同一件"), () => { form.same = same ? "" : k.id; keep(); alike(); }, same ? "primary" : "plain", { "aria-pressed": String(same) }));
    })))] : []));
  }

  async function submit() {
    const c = classOf(form.cls);
    if (!c) return trouble(new Error(t("请先选类别")));
    if (!form.where && !form.spot.trim()) return trouble(new Error(t("没有位置：请等定位完成、在图上点一下，或者写明地点")));
    send.disabled = true;
    try {
      await shots.save(); // what found no room before
      const body = { class: form.cls, standard: form.standard || undefined, words: form.words.trim() || c.name, spot: form.spot.trim(), fixture: form.fixture || undefined, same: form.same || undefined };
      const item = await add("report", body, { title: c.name, photos: form.photos.map((p) => p.sha), shots: shotsOf(form.photos), voices: form.voices.map((v) => v.sha), old: form.old || undefined, ...position(form.where) }, "report");
      await store.put("meta", [form.cls, ...recent.map((x) => x.code).filter((x) => x !== form.cls)].slice(0, 12), "recent");
      screen.go("/grid/queue", form.same ? t("已记下，并入那一件。") : t("已记下：%s", item.title));
    } catch (e) {
      send.disabled = false;
      trouble(e);
    }
  }
  const send = button(t("上报"), submit, "primary", { class: "btn btn-primary btn-wide" });
  const words = h("textarea", { rows: 2, id: "words", value: form.words, maxlength: 1000, oninput: (e) => { form.words = e.target.value; keep(); } });
  const spot = h("input", { id: "spot", value: form.spot, maxlength: 100, oninput: (e) => { form.spot = e.target.value; keep(); } });
  kind();
  alike();
  return [h("h1", {}, t("上报问题")), h("div", { class: "field-form" }, parts.kind, shots.view, where.view, parts.alike,
    h("details", { class: "more", id: "more", open: Boolean(form.words || form.spot || form.voices.length) }, h("summary", {}, t("补充说明、地点、语音")), h("div", { class: "more-body field-form" }, field(t("情况说明"), words), field(t("地点"), spot, t("如：东门外公交站旁")), shots.voice)),
    parts.trouble, h("div", { class: "send-bar" }, send))];
}

// position is what an entry tells of where it was made.
export const position = (w) => (w ? { lon: w.lon, lat: w.lat, accuracy: w.accuracy } : duty.here ? { lon: duty.here.lon, lat: duty.here.lat, accuracy: duty.here.accuracy } : {});

function chosen(c, form, drop, keep, alike) {
  const parts = (current().fixtures || []).filter((f) => f.class === c.code && form.where && metres(f, form.where) <= limits().far_m).sort((a, b) => metres(a, form.where) - metres(b, form.where)).slice(0, 5);
  const st = standardOf(form.standard);
  const says = h("p", { class: "muted" }, st ? [t("立案条件：%s", st.opens), st.term ? " · " + t("时限 %s", st.term) : "", st.urgent ? " · " + t("紧急") : ""] : "");
  return h("section", { class: "class-chosen" }, h("div", { class: "class-head" }, h("p", {}, h("small", {}, c.group), h("strong", {}, c.name)), button(t("换类别"), drop)),
    c.standards && c.standards.length > 1 ? radios(t("哪种情形"), c.standards.map((x) => [x.ref, x.opens, x.term]), form.standard, (v) => { form.standard = v; keep(); }) : says,
    parts.length ? radios(t("是哪个部件"), [["", t("都不是")], ...parts.map((f) => [f.id, f.name || f.code, f.code + " · " + t("%d 米", Math.round(metres(f, form.where)))])], form.fixture, (v) => { form.fixture = v; keep(); alike(); }) : "");
}

// similar are the cases near by, the likeliest first.
function similar(form, c) {
  const { near_m, far_m } = limits();
  return (current().cases || []).filter((k) => k.lon).map((k) => ({ k, far: metres(k, form.where), same: k.kind === c.code }))
    .map((x) => ({ ...x, likely: x.same && x.far <= near_m })).filter((x) => x.likely || (x.far <= far_m && x.same)).sort((a, b) => a.far - b.far).slice(0, 4);
}

// outside reports whether a position lies outside all grids of the worker.
export const outside = (p) => {
  const grids = (current().me.grids || []).map((g) => rings(g.outline)).filter((r) => r.length);
  return grids.length > 0 && !grids.some((r) => inside(p, r));
};
