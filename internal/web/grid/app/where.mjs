// Positions, in degrees of WGS-84.
const R = 6371000, rad = Math.PI / 180;

// metres between two points, as near as they lie in one city.
export const metres = (a, b) => Math.hypot((a.lat - b.lat) * rad * R, (a.lon - b.lon) * rad * R * Math.cos(((a.lat + b.lat) / 2) * rad));

// move goes east and north by metres.
export const move = (p, east, north) => ({ lat: p.lat + north / R / rad, lon: p.lon + east / R / rad / Math.cos(p.lat * rad) });

const point = (g) => ({ lon: g.coords.longitude, lat: g.coords.latitude, accuracy: Math.round(g.coords.accuracy), at: new Date(g.timestamp).toISOString() });

// locate asks the phone where it is: {lon, lat, accuracy, at}. Rejects with a code: 1 not allowed, 2 not known, 3 too slow.
export const locate = () => new Promise((done, fail) => navigator.geolocation
  ? navigator.geolocation.getCurrentPosition((g) => done(point(g)), fail, { enableHighAccuracy: true, timeout: 10000, maximumAge: 15000 })
  : fail({ code: 2 }));

// follow tells each new position until the function it returns is called.
export function follow(on) {
  if (!navigator.geolocation) return () => {};
  const w = navigator.geolocation.watchPosition((g) => on(point(g)), () => {}, { enableHighAccuracy: true, maximumAge: 10000 });
  return () => navigator.geolocation.clearWatch(w);
}

// rings of an outline: GeoJSON of a polygon or several, or plain rings of [lon, lat].
export function rings(outline) {
  if (!outline) return [];
  if (typeof outline === "string") { try { outline = JSON.parse(outline); } catch { return []; } }
  const c = outline.coordinates || (outline.geometry && outline.geometry.coordinates) || outline;
  if (!Array.isArray(c) || !c.length) return [];
  if (typeof c[0][0] === "number") return [c];
  return typeof c[0][0][0] === "number" ? c : c.flat();
}

// inside reports whether a point lies within rings, holes counted.
export const inside = (p, list) => list.reduce((odd, ring) => {
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const [x, y] = ring[i], [u, w] = ring[j];
    if (y > p.lat !== w > p.lat && p.lon < ((u - x) * (p.lat - y)) / (w - y) + x) odd = !odd;
  }
  return odd;
}, false);
