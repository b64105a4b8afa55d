// A small map ([data-pick]) on which a position is chosen for the field of that name; the ground follows the place that is picked in the same form.
// Without WebGL the field is typed into, as without scripts.
import { Map, Marker, NavigationControl } from "./maplibre-gl.mjs";

const css = getComputedStyle(document.documentElement);
const token = (name) => css.getPropertyValue("--" + name).trim();

function bounds(geo) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  const walk = (c) => {
    if (typeof c[0] !== "number") return c.forEach(walk);
    box[0] = Math.min(box[0], c[0]); box[1] = Math.min(box[1], c[1]);
    box[2] = Math.max(box[2], c[0]); box[3] = Math.max(box[3], c[1]);
  };
  for (const f of geo.features) if (f.geometry) walk(f.geometry.coordinates);
  return Number.isFinite(box[0]) ? box : null;
}

const style = (geo) => ({
  version: 8,
  sources: { areas: { type: "geojson", data: geo } },
  layers: [
    { id: "ground", type: "background", paint: { "background-color": token("tint") } },
    { id: "area", type: "fill", source: "areas", paint: { "fill-color": token("tone-1"), "fill-opacity": 0.75 } },
    { id: "edge", type: "line", source: "areas", paint: { "line-color": "#ffffff", "line-width": 1.5 } },
  ],
});

async function pick(el) {
  const form = el.closest("form"), field = form.elements[el.dataset.pick];
  let map, mark, last = "";
  const fetched = async (url) => {
    const answer = await fetch(url, { headers: { Accept: "application/geo+json" } });
    return answer.ok ? answer.json() : null;
  };
  const stand = () => {
    const [lon, lat] = field.value.split(/[,，\s]+/).map(Number);
    if (!map || !Number.isFinite(lon) || !Number.isFinite(lat) || !field.value) return mark?.remove();
    mark ||= new Marker({ color: token("accent") });
    mark.setLngLat([lon, lat]).addTo(map);
    map.getContainer().dataset.at = field.value;
  };
  const open = async (url) => {
    if (url === last) return;
    last = url;
    const geo = await fetched(url), box = geo && bounds(geo);
    if (!box) return;
    if (map) {
      map.getSource("areas").setData(geo);
      if (!field.value) map.fitBounds(box, { padding: 12, animate: false });
      return;
    }
    try {
      map = new Map({ container: el, style: style(geo), bounds: box, fitBoundsOptions: { padding: 12 }, attributionControl: false, dragRotate: false, pitchWithRotate: false, maxZoom: 20,
        locale: { "NavigationControl.ZoomIn": el.dataset.in, "NavigationControl.ZoomOut": el.dataset.out } });
    } catch {
      return el.remove();
    }
    map.scrollZoom.disable(); // the page scrolls; the buttons zoom
    map.touchZoomRotate.disableRotation();
    map.addControl(new NavigationControl({ showCompass: false }));
    map.getCanvas().setAttribute("aria-label", el.dataset.label);
    map.getCanvas().style.cursor = "crosshair";
    map.on("click", (e) => {
      field.value = e.lngLat.lng.toFixed(6) + "," + e.lngLat.lat.toFixed(6);
      field.dispatchEvent(new Event("change", { bubbles: true }));
    });
    map.on("load", () => { el.classList.add("map-drawn"); stand(); });
  };
  form.addEventListener("change", (e) => {
    if (e.target === field) return stand();
    if (!/^place/.test(e.target.name || "")) return;
    const url = new URL(el.dataset.ground, location.href);
    url.search = "";
    for (const [k, v] of new FormData(form)) if (/^place/.test(k) && v) url.searchParams.set(k, v);
    open(url.href);
  });
  await open(new URL(el.dataset.ground, location.href).href);
}

document.querySelectorAll("[data-pick]").forEach(pick);
