// What a camera wrote into a JPEG: when, where, which way up. Read before the picture is made smaller; the segment is carried over into
// the smaller picture, so that the city can compare it with the report. The city strips it from what is published.

// exif finds the segment of a JPEG, or null.
export function exif(bytes) {
  const v = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 4 || v.getUint16(0) !== 0xffd8) return null;
  for (let at = 2; at + 10 < bytes.length;) {
    const marker = v.getUint16(at), size = v.getUint16(at + 2);
    if (marker === 0xffda || (marker & 0xff00) !== 0xff00 || at + 2 + size > bytes.length) return null;
    if (marker === 0xffe1 && v.getUint32(at + 4) === 0x45786966) return bytes.slice(at, at + 2 + size);
    at += 2 + size;
  }
  return null;
}

// read tells {taken, lon, lat} of a segment, as far as they are there. taken is as the camera's clock showed it.
export function read(segment) {
  const out = {};
  try {
    const v = new DataView(segment.buffer, segment.byteOffset + 10);
    const little = v.getUint16(0) === 0x4949;
    const u16 = (o) => v.getUint16(o, little), u32 = (o) => v.getUint32(o, little);
    const entries = (at) => new Map(Array.from({ length: u16(at) }, (_, i) => [u16(at + 2 + 12 * i), at + 2 + 12 * i]));
    const text = (e) => { const n = u32(e + 4), o = n > 4 ? u32(e + 8) : e + 8; return Array.from({ length: n }, (_, i) => String.fromCharCode(v.getUint8(o + i))).join("").replace(/\0.*$/, ""); };
    const degrees = (e) => { const o = u32(e + 8); return [0, 1, 2].reduce((sum, i) => sum + u32(o + 8 * i) / (u32(o + 8 * i + 4) || 1) / 60 ** i, 0); };
    const main = entries(u32(4));
    const inner = main.has(0x8769) && entries(u32(main.get(0x8769) + 8));
    const at = (inner && inner.get(0x9003)) || main.get(0x0132);
    const m = at && text(at).match(/^(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)/);
    if (m) out.taken = m[1] + "-" + m[2] + "-" + m[3] + "T" + m[4] + "+08:00";
    const gps = main.has(0x8825) && entries(u32(main.get(0x8825) + 8));
    if (gps && gps.has(2) && gps.has(4)) {
      out.lat = degrees(gps.get(2)) * (text(gps.get(1)) === "S" ? -1 : 1);
      out.lon = degrees(gps.get(4)) * (text(gps.get(3)) === "W" ? -1 : 1);
    }
  } catch { /* a segment that breaks off tells what it told so far */ }
  return out;
}

// upright says in a segment that the picture stands as it is to be seen: the smaller copy was drawn so.
export function upright(segment) {
  try {
    const v = new DataView(segment.buffer, segment.byteOffset + 10);
    const little = v.getUint16(0) === 0x4949, first = v.getUint32(4, little);
    for (let i = 0; i < v.getUint16(first, little); i++) if (v.getUint16(first + 2 + 12 * i, little) === 0x0112) v.setUint16(first + 2 + 12 * i + 8, 1, little);
  } catch { /* nothing to turn */ }
  return segment;
}

// carry puts a segment behind the beginning of another JPEG.
export const carry = (jpeg, segment) => new Blob([jpeg.slice(0, 2), segment, jpeg.slice(2)], { type: "image/jpeg" });
