// Where something is: the phone says, and the worker may correct it on the map of his grid, by touch or by the arrows.
import { button, h } from "./dom.mjs";
import { current } from "./pack.mjs";
import { draw } from "./plan.mjs";
import { locate, move } from "./where.mjs";
import { outside } from "./report.mjs";
import { t } from "./words.mjs";

const STEP = 5; // m for one press of an arrow

const why = { 1: () => t("手机不让取位置。请在设置里允许，或者在图上点一下。"), 2: () => t("取不到位置。请在图上点一下，或者写明地点。"), 3: () => t("定位太慢。可以再试，或者在图上点一下。") };

// picker is the part of a form that holds form.where; onset is called when it changed.
export function picker(form, onset) {
  const says = h("p", { id: "where-says", role: "status" }), map = h("div", { class: "pin-map" }), view = h("section", { class: "where" });
  let plan = null;
  const set = (p) => {
    form.where = p;
    tell();
    plan?.set(p);
    onset();
  };
  const tell = (words) => {
    const p = form.where;
    const base = !p ? t("没有位置") : p.by === "hand" ? t("位置：在图上改过") : p.by === "photo" ? t("位置：取自照片") : t("位置：误差 %d 米", p.accuracy);
    says.replaceChildren(words || base, p && outside(p) ? h("strong", { class: "outside" }, " " + t("不在您的网格里")) : "");
  };
  const find = async () => {
    tell(t("正在定位…"));
    try {
      const p = await locate();
      set({ ...p, by: "gps" });
    } catch (e) { form.where ? tell() : tell((why[e.code] || why[2])()); }
  };
  const by = (east, north) => () => form.where && set({ ...move(form.where, east, north), accuracy: STEP, by: "hand" });
  const open = h("details", { class: "more", id: "pin", ontoggle: () => {
    if (!open.open || plan) return;
    const p = current();
    plan = draw({ grids: p.me.grids, fixtures: p.fixtures || [], here: form.where, pin: form.where, label: t("网格地图，点一下改位置") }, (at) => set({ ...at, accuracy: STEP, by: "hand" }));
    map.replaceChildren(plan);
  } }, h("summary", {}, t("在图上改")), h("div", { class: "more-body" }, map, h("div", { class: "row arrows", role: "group", "aria-label": t("每次移动 %d 米", STEP) }, button(t("往北"), by(0, STEP)), button(t("往南"), by(0, -STEP)), button(t("往西"), by(-STEP, 0)), button(t("往东"), by(STEP, 0)))));
  view.append(h("div", { class: "where-head" }, says, button(t("重新定位"), find)), open);
  tell();
  return { view, find, set };
}
