// Draws [data-map] with MapLibre: the areas of one GeoJSON address, no tiles, nothing from another host.
// Where the browser cannot draw (no WebGL), the server's drawing stays; the table beside says the same.
import { Map, NavigationControl } from "./maplibre-gl.mjs";

const css = getComputedStyle(document.documentElement);
const token = (name) => css.getPropertyValue("--" + name).trim();
const tones = [0, 1, 2, 3, 4, 5].flatMap((n) => [n, token("tone-" + n)]);

function style(url) {
  return {
    version: 8,
    sources: { areas: { type: "geojson", data: new URL(url, location.href).href, generateId: true } },
    layers: [
      { id: "ground", type: "background", paint: { "background-color": token("tint") } },
      { id: "area", type: "fill", source: "areas", paint: {
        "fill-color": ["match", ["to-number", ["get", "tone"], 0], ...tones, token("tone-0")],
        "fill-opacity": ["case", ["boolean", ["feature-state", "here"], false], 1, 0.88] } },
      { id: "edge", type: "line", source: "areas", paint: {
        "line-color": ["case", ["boolean", ["feature-state", "here"], false], token("ink"), "#ffffff"],
        "line-width": ["case", ["boolean", ["feature-state", "here"], false], 2.5, 1] } },
    ],
  };
}

function bounds(geo) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  const walk = (c) => {
    if (typeof c[0] !== "number") return c.forEach(walk);
    box[0] = Math.min(box[0], c[0]); box[1] = Math.min(box[1], c[1]);
    box[2] = Math.max(box[2], c[0]); box[3] = Math.max(box[3], c[1]);
  };
  for (const f of geo.features) if (f.geometry) walk(f.geometry.coordinates);
  return box;
}

async function start(el) {
  const answer = await fetch(el.dataset.map, { headers: { Accept: "application/geo+json" } });
  if (!answer.ok) return;
  const box = bounds(await answer.json());
  if (!Number.isFinite(box[0])) return;
  const ground = document.createElement("div");
  ground.className = "map-canvas";
  el.append(ground);
  let map;
  try {
    map = new Map({ container: ground, style: style(el.dataset.map), bounds: box, fitBoundsOptions: { padding: 16 },
      locale: { "NavigationControl.ZoomIn": el.dataset.mapIn, "NavigationControl.ZoomOut": el.dataset.mapOut },
      attributionControl: false, dragRotate: false, pitchWithRotate: false, cooperativeGestures: false });
  } catch {
    ground.remove();
    return;
  }
  map.scrollZoom.disable(); // the page scrolls; the buttons zoom
  map.touchZoomRotate.disableRotation();
  map.addControl(new NavigationControl({ showCompass: false }));
  map.getCanvas().setAttribute("aria-label", el.dataset.mapLabel);
  map.on("load", () => el.classList.add("map-drawn"));
  follow(map, document.querySelector(`[data-map-here="${CSS.escape(el.closest(".map").id)}"]`));
}

// follow writes the area under the pointer below the map, and goes where it leads.
function follow(map, here) {
  let last;
  const mark = (id, on) => map.setFeatureState({ source: "areas", id }, { here: on });
  const leave = () => {
    if (last !== undefined) mark(last, false);
    last = undefined;
    here.textContent = "";
  };
  map.on("mousemove", "area", (e) => {
    const f = e.features[0];
    if (f.id === last) return;
    leave();
    last = f.id;
    mark(last, true);
    here.textContent = [f.properties.name, f.properties.figure].filter(Boolean).join("　");
    map.getCanvas().style.cursor = f.properties.href ? "pointer" : "";
  });
  map.on("mouseleave", "area", leave);
  map.on("click", "area", (e) => {
    const href = e.features[0].properties.href;
    if (href && href.startsWith("/")) location.href = href;
  });
}

document.querySelectorAll("[data-map]").forEach(start);
if (document.querySelector("[data-pick]")) import("./pick.mjs");
if (document.querySelector("[data-command], [data-wall]")) import("./command.mjs");
