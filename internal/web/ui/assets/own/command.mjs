// The command page ([data-command]) and the wall ([data-wall]): the outlines of areas are the ground, cases are round marks with their number, and
// the list beside says what is drawn. What is drawn comes from one address; news comes by server-sent events and only says that it is time to ask again.
import { Map, Marker, NavigationControl } from "./maplibre-gl.mjs";

const css = getComputedStyle(document.documentElement);
const token = (name) => css.getPropertyValue("--" + name).trim();

function make(tag, text, className) {
  const el = document.createElement(tag);
  if (text) el.textContent = text;
  if (className) el.className = className;
  return el;
}

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

const style = (geo, dark) => ({
  version: 8,
  sources: { areas: { type: "geojson", data: geo, generateId: true }, heat: { type: "geojson", data: { type: "FeatureCollection", features: [] } } },
  layers: [
    { id: "ground", type: "background", paint: { "background-color": dark ? "#0d1716" : token("tint") } },
    { id: "area", type: "fill", source: "areas", paint: { "fill-color": dark ? "#15302c" : token("tone-1"), "fill-opacity": 0.75 } },
    { id: "heat", type: "heatmap", source: "heat", layout: { visibility: "none" }, paint: { "heatmap-weight": ["min", ["/", ["get", "n"], 10], 1], "heatmap-radius": 24, "heatmap-opacity": 0.8 } },
    { id: "edge", type: "line", source: "areas", paint: { "line-color": dark ? "#4d8a80" : "#ffffff", "line-width": 1.5 } },
  ],
});

// A Chart is the map of one element, with the marks that are drawn on it.
class Chart {
  constructor(el, canvas, address, dark) {
    Object.assign(this, { el, canvas, address, dark, marks: [], extra: {}, heat: false, log: null });
  }

  // open draws the ground; without WebGL the server's drawing stays and the list works all the same.
  async open(ground) {
    const answer = await fetch(ground, { headers: { Accept: "application/geo+json" } });
    if (!answer.ok) return;
    const geo = await answer.json();
    const box = bounds(geo);
    if (!box) return;
    if (this.map) {
      this.map.getSource("areas").setData(geo);
      this.map.fitBounds(box, { padding: 16, animate: false });
      return;
    }
    const place = make("div", "", "map-canvas");
    this.canvas.append(place);
    try {
      this.map = new Map({ container: place, style: style(geo, this.dark), bounds: box, fitBoundsOptions: { padding: 16 }, attributionControl: false,
        dragRotate: false, pitchWithRotate: false, interactive: !this.dark, maxZoom: 20,
        locale: { "NavigationControl.ZoomIn": this.el.dataset.in, "NavigationControl.ZoomOut": this.el.dataset.out } });
    } catch {
      place.remove();
      return;
    }
    this.map.touchZoomRotate?.disableRotation();
    this.map.getCanvas().setAttribute("aria-label", this.el.dataset.label || "");
    if (!this.dark) {
      this.map.scrollZoom.disable(); // the page scrolls; the buttons zoom
      this.map.addControl(new NavigationControl({ showCompass: false }));
      this.map.on("click", "area", (e) => {
        const href = e.features[0].properties.href;
        if (href && href.startsWith("/")) location.href = href;
      });
      this.map.on("mouseenter", "area", (e) => { this.map.getCanvas().style.cursor = e.features[0].properties.href ? "pointer" : ""; });
      this.map.on("moveend", () => this.ask());
    }
    await new Promise((done) => this.map.once("load", done));
    this.canvas.classList.add("map-drawn");
  }

  query(more = {}) {
    const url = new URL(this.address, location.href);
    const q = { ...this.extra, ...more };
    if (this.map) {
      const b = this.map.getBounds();
      q.z = Math.min(22, Math.max(0, Math.round(this.map.getZoom())));
      q.box = [b.getWest(), b.getSouth(), b.getEast(), b.getNorth()].map((n) => n.toFixed(6)).join(",");
    }
    for (const [k, v] of Object.entries(q)) v === "" ? url.searchParams.delete(k) : url.searchParams.set(k, v);
    return url;
  }

  // ask fetches what is to be drawn; an answer that was overtaken is dropped.
  async ask() {
    this.asked?.abort();
    const asked = (this.asked = new AbortController());
    try {
      const answer = await fetch(this.query(), { signal: asked.signal });
      if (!answer.ok) return;
      const pic = await answer.json();
      if (this.heat) await this.warm(asked.signal);
      this.draw(pic);
      this.show?.(pic);
    } catch (e) {
      if (e.name !== "AbortError") throw e;
    }
  }

  async warm(signal) {
    if (!this.map) return;
    const answer = await fetch(this.query({ fine: "1" }), { signal });
    if (!answer.ok) return;
    const pic = await answer.json();
    this.map.getSource("heat").setData({ type: "FeatureCollection", features: pic.spots.map((s) =>
      ({ type: "Feature", properties: { n: s[2] }, geometry: { type: "Point", coordinates: [s[0], s[1]] } })) });
  }

  setHeat(on) {
    this.heat = on;
    this.map?.setLayoutProperty("heat", "visibility", on ? "visible" : "none");
    this.ask();
  }

  draw(pic) {
    if (!this.map) return;
    this.marks.forEach((m) => m.remove());
    this.marks = this.heat ? [] : pic.spots.map((s) => this.spot(...s));
    for (const p of pic.people || []) {
      const el = make("span", "人", "spot spot-person");
      el.title = p.name + " " + p.note;
      this.marks.push(this.put(el, p.lon, p.lat));
    }
  }

  // spot is a mark that the list repeats, so it is no stop of the keyboard and not read out.
  spot(lon, lat, cases, yellow, red, id) {
    const el = make("span", String(cases), "spot" + (red ? " spot-red" : yellow ? " spot-yellow" : ""));
    el.dataset.size = cases >= 1000 ? 4 : cases >= 100 ? 3 : cases >= 10 ? 2 : 1;
    if (!this.dark) el.addEventListener("click", (e) => {
      e.stopPropagation();
      if (id) location.href = "/cases/" + id;
      else this.map.easeTo({ center: [lon, lat], zoom: Math.min(20, this.map.getZoom() + 2) });
    });
    return this.put(el, lon, lat);
  }

  put(el, lon, lat) {
    const mark = new Marker({ element: el }).setLngLat([lon, lat]).addTo(this.map);
    el.removeAttribute("aria-label");
    el.removeAttribute("role");
    el.setAttribute("aria-hidden", "true");
    return mark;
  }

  // listen asks again when news comes; the browser itself goes on from the last position it was told after a connection broke.
  listen(address, say) {
    let waiting;
    const source = new EventSource(address);
    source.addEventListener("ready", () => say("on"));
    source.addEventListener("change", () => {
      say("news");
      clearTimeout(waiting);
      waiting = setTimeout(() => this.ask(), 400);
    });
    source.onerror = () => say("off");
    addEventListener("pagehide", () => source.close());
    return source;
  }
}

function row(first, s) {
  const tr = first ? first.cloneNode(true) : make("tr");
  if (!first) tr.append(make("th"), make("td"), make("td"), make("td"));
  const texts = [s.name, s.cases, s.yellow || 0, s.red || 0];
  [...tr.children].forEach((cell, i) => {
    const inside = cell.querySelector(".cell") || cell;
    const text = typeof texts[i] === "number" ? texts[i].toLocaleString("en-US") : texts[i];
    inside.replaceChildren();
    if (i === 0 && s.href) {
      const a = make("a", text);
      a.href = s.href;
      inside.append(a);
    } else inside.textContent = text;
  });
  return tr;
}

function fill(section, sums) {
  const body = section?.querySelector("tbody");
  if (!body) return;
  const first = body.rows[0] || section.firstRow;
  section.firstRow = first;
  body.replaceChildren(...sums.map((s) => row(first, s)));
}

function list(el, pic) {
  el.querySelector("[data-words]").textContent = pic.words;
  el.querySelector("[data-many]").textContent = pic.many || "";
  fill(el.querySelector("[data-areas]"), pic.areas);
  fill(el.querySelector("[data-kinds]"), pic.kinds);
  el.querySelector("[data-cases]").replaceChildren(...pic.cases.map((c) => {
    const li = make("li");
    const a = make("a", c.title);
    a.href = c.href;
    li.append(a, " ");
    if (c.word) li.append(make("strong", c.word, "command-mark command-mark-" + c.mark), " ");
    li.append(make("small", c.note));
    return li;
  }));
}

// slider goes through the months; the address keeps what it shows.
function slider(el, chart) {
  const box = el.querySelector("[data-time]");
  const slide = box.querySelector("[data-slide]");
  const words = box.querySelector("[data-slide-words]");
  const play = box.querySelector("[data-play]");
  const steps = JSON.parse(box.dataset.time);
  slide.max = steps.length;
  const here = new URL(location.href);
  slide.value = 1 + steps.findIndex((s) => s.From === here.searchParams.get("from") && s.To === here.searchParams.get("to"));
  const go = () => {
    const s = steps[slide.value - 1];
    words.textContent = s ? box.dataset.month + " " + s.Name : box.dataset.all;
    slide.setAttribute("aria-valuetext", words.textContent);
    chart.extra = { from: s ? s.From : "", to: s ? s.To : "" };
    const url = new URL(location.href);
    for (const k of ["from", "to"]) chart.extra[k] ? url.searchParams.set(k, chart.extra[k]) : url.searchParams.delete(k);
    history.replaceState(null, "", url);
    for (const k of ["from", "to"]) {
      const field = document.querySelector(`form [name="${k}"]`);
      if (field) field.value = chart.extra[k];
    }
    chart.ask();
  };
  slide.addEventListener("input", go);
  let beat;
  const stop = () => { clearInterval(beat); beat = 0; play.textContent = play.dataset.start; };
  play.dataset.start = play.textContent;
  play.addEventListener("click", () => {
    if (beat) return stop();
    play.textContent = play.dataset.stop;
    if (slide.value === slide.max) slide.value = 0;
    beat = setInterval(() => {
      slide.value = Number(slide.value) + 1;
      go();
      if (slide.value === slide.max) stop();
    }, 1500);
  });
  const heat = box.querySelector("[data-heat]");
  heat.addEventListener("click", () => {
    const on = heat.getAttribute("aria-pressed") !== "true";
    heat.setAttribute("aria-pressed", String(on));
    chart.setHeat(on);
  });
}

async function command(el) {
  const chart = new Chart(el, el.querySelector("[data-canvas]"), el.dataset.command, false);
  chart.show = (pic) => list(el, pic);
  slider(el, chart);
  const live = el.querySelector("[data-hearing]");
  chart.listen(el.dataset.events, (state) => { live.textContent = live.dataset[state]; live.dataset.state = state; });
  await chart.open(el.dataset.ground);
  chart.ask();
}

// wall shows the area, then one after the other those below it, and asks by itself, so that its login does not run out.
async function wall(el) {
  const chart = new Chart(el, el.querySelector("[data-canvas]"), el.dataset.wall, true);
  const title = el.querySelector("[data-wall-title]");
  const words = el.querySelector("[data-wall-words]");
  let areas = [{ key: new URL(el.dataset.wall, location.href).searchParams.get("area") || "", name: title.textContent }];
  let at = 0;
  chart.show = (pic) => {
    words.textContent = pic.words;
    for (const f of el.querySelectorAll("[data-wall-figure]")) f.textContent = (pic.total[f.dataset.wallFigure] || 0).toLocaleString("en-US");
    if (at === 0) areas = [areas[0], ...pic.areas.filter((a) => a.href).map((a) => ({ key: a.key, name: a.name }))];
    el.querySelector("[data-wall-areas]").replaceChildren(...pic.areas.slice(0, 12).map((a) => row(null, { ...a, href: "" })));
  };
  const turn = async () => {
    title.textContent = areas[at].name;
    chart.extra = areas[at].key ? { area: areas[at].key } : {};
    const ground = new URL(el.dataset.ground, location.href);
    if (areas[at].key) ground.searchParams.set("area", areas[at].key);
    await chart.open(ground);
    await chart.ask();
  };
  chart.listen(el.dataset.events, (state) => { if (state === "off") words.textContent = el.dataset.off; });
  await turn();
  setInterval(() => { at = (at + 1) % areas.length; turn().catch(() => { words.textContent = el.dataset.off; }); }, 20000);
}

document.querySelectorAll("[data-command]").forEach(command);
document.querySelectorAll("[data-wall]").forEach(wall);
