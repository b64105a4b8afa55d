// The map of the grid, and the worker's own track of today.
import { empty, h } from "./dom.mjs";
import { duty, today } from "./duty.mjs";
import { current } from "./pack.mjs";
import { draw } from "./plan.mjs";
import { locate, metres } from "./where.mjs";
import { t, time, when } from "./words.mjs";

const key = (name, words) => h("li", {}, h("span", { class: "key key-" + name, "aria-hidden": "true" }), words);

export async function area(screen) {
  const p = current(), box = h("div", {}), near = h("div", {});
  const cases = p.cases || [], fixtures = p.fixtures || [];
  const paint = (here) => {
    box.replaceChildren(draw({ grids: p.me.grids, fixtures, cases, here, label: t("网格地图：%d 件在办，%d 个部件", cases.length, fixtures.length) }));
    const sorted = cases.map((k) => ({ k, far: here && k.lon ? metres(here, k) : Infinity })).sort((a, b) => a.far - b.far).slice(0, 20);
    near.replaceChildren(sorted.length ? h("ul", { class: "queue queue-plain" }, sorted.map(({ k, far }) => h("li", {}, h("strong", {}, k.title), h("span", { class: "queue-line" }, h("span", {}, k.number), Number.isFinite(far) && h("span", {}, t("%d 米", Math.round(far))), k.at && h("span", {}, when(k.at)))))) : empty(t("没有在办的")));
  };
  paint(duty.here);
  locate().then(paint, () => {});
  return [h("h1", {}, t("我的网格")), h("p", { class: "lead" }, (p.me.grids || []).map((g) => g.name).join("、") || t("没有分配网格")), box,
    h("ul", { class: "keys-list" }, key("case", t("在办的")), key("fixture", t("部件")), key("me", t("我"))), h("section", { class: "section" }, h("h2", {}, t("在办的，近的在前")), near)];
}

export async function track() {
  const fixes = await today();
  let far = 0;
  for (let i = 1; i < fixes.length; i++) far += metres(fixes[i - 1], fixes[i]);
  return [h("h1", {}, t("我今天的轨迹")), h("p", { class: "lead" }, t("只在上岗期间记录，您和监督中心都能看到。")),
    fixes.length ? [draw({ grids: current().me.grids, track: fixes, here: fixes.at(-1), label: t("今天的轨迹，%d 个点", fixes.length) }), h("p", {}, t("%s 到 %s，%d 个点，约 %d 米", time(fixes[0].at), time(fixes.at(-1).at), fixes.length, Math.round(far)))] : empty(duty.on ? t("还没有记到位置") : t("今天没有轨迹"))];
}
