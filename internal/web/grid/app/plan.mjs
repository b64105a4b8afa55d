// The map of the grid: drawn from the pack's own points, so that it needs no network and no tiles. North is up; one metre is as long
// in every direction. What is drawn is also listed in words beside it by whoever calls.
import { h, s } from "./dom.mjs";
import { rings } from "./where.mjs";
import { t } from "./words.mjs";

// draw makes a map of {grids, fixtures, cases, track, here, pin}. With onpick it is touched to set a point; what it returns has set(pin).
export function draw({ grids = [], fixtures = [], cases = [], track = [], here, pin, label }, onpick) {
  const outlines = grids.flatMap((g) => rings(g.outline));
  const points = [...outlines.flat().map(([lon, lat]) => ({ lon, lat })), ...track, ...[here, pin].filter(Boolean)];
  if (!points.length) points.push(...fixtures, ...cases);
  if (!points.length) return Object.assign(h("p", { class: "muted" }, t("还没有网格的边界，画不出地图。")), { set() {} });
  const lons = points.map((p) => p.lon), lats = points.map((p) => p.lat);
  const [west, east, south, north] = [Math.min(...lons), Math.max(...lons), Math.min(...lats), Math.max(...lats)];
  const shrink = Math.cos(((south + north) / 2) * Math.PI / 180);
  const span = Math.max((east - west) * shrink, north - south, 0.0005);
  const size = 1000, pad = 60, scale = (size - 2 * pad) / span;
  const x = (p) => pad + (p.lon - west) * shrink * scale + (size - 2 * pad - (east - west) * shrink * scale) / 2;
  const y = (p) => pad + (north - p.lat) * scale + (size - 2 * pad - (north - south) * scale) / 2;
  const back = (px, py) => ({ lon: west + (px - pad - (size - 2 * pad - (east - west) * shrink * scale) / 2) / scale / shrink, lat: north - (py - pad - (size - 2 * pad - (north - south) * scale) / 2) / scale });
  const path = (list, close) => "M" + list.map((p) => x(p).toFixed(1) + " " + y(p).toFixed(1)).join("L") + (close ? "Z" : "");
  const mark = (p, name, shape) => s("path", { class: name, d: shape, transform: "translate(" + x(p).toFixed(1) + " " + y(p).toFixed(1) + ")" });
  const me = here && s("g", {}, here.accuracy && s("circle", { class: "map-near", cx: x(here), cy: y(here), r: Math.min(400, (here.accuracy / 111320) * scale) }), s("circle", { class: "map-me", cx: x(here), cy: y(here), r: 16 }));
  const needle = s("path", { class: "map-pin", d: "M0 0C-26-34-26-70 0-70S26-34 0 0Z" });
  const view = s("svg", { class: "plan", viewBox: "0 0 1000 1000", role: "img", "aria-label": label || t("网格地图") },
    outlines.map((r) => s("path", { class: "map-grid", d: path(r.map(([lon, lat]) => ({ lon, lat })), true) })),
    fixtures.map((f) => mark(f, "map-fixture", "M-9-9H9V9H-9Z")),
    track.length > 1 && s("path", { class: "map-track", d: path(track) }),
    cases.filter((c) => c.lon).map((c) => mark(c, "map-case", "M0-16 16 0 0 16-16 0Z")), me, needle);
  view.set = (p) => { needle.style.display = p ? "" : "none"; if (p) needle.setAttribute("transform", "translate(" + x(p) + " " + y(p) + ")"); };
  view.set(pin);
  if (onpick) view.addEventListener("click", (e) => {
    const at = new DOMPoint(e.clientX, e.clientY).matrixTransform(view.getScreenCTM().inverse());
    onpick(back(at.x, at.y));
  });
  return view;
}
