// Pictures and voices: made small enough for a weak network, named by their sum, kept until the city has them.
import { carry, exif, read, upright } from "./exif.mjs";
import { duty } from "./duty.mjs";
import { limits } from "./pack.mjs";
import * as store from "./store.mjs";

export const sum = async (blob) => Array.from(new Uint8Array(await crypto.subtle.digest("SHA-256", await blob.arrayBuffer())), (b) => b.toString(16).padStart(2, "0")).join("");

// Bad says that a file is no picture.
export class Bad extends Error {}

// take makes a picture small and keeps it: {sha, shot, blob}. Throws Bad, or store.Full with the picture in its field made,
// so that nothing is lost while the page is open.
export async function take(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const segment = exif(bytes);
  const made = { shot: shotOf(file, segment ? read(segment) : {}), blob: await smaller(file, segment) };
  made.sha = await sum(made.blob);
  return keep(made);
}

// shotOf tells when and where a picture was taken: by the camera, else by the file, and where the phone is when it was taken just now.
function shotOf(file, said) {
  const at = said.taken ? new Date(said.taken) : new Date(file.lastModified), here = Math.abs(Date.now() - at) < 120000 && duty.here;
  return { at: at.toISOString(), ...(said.lon !== undefined ? { lon: said.lon, lat: said.lat } : here ? { lon: here.lon, lat: here.lat, accuracy: here.accuracy } : {}) };
}

// shots is what an entry tells of its pictures.
export const shots = (photos) => (photos.length ? Object.fromEntries(photos.filter((p) => p.at).map(({ sha, ...shot }) => [sha, shot])) : undefined);

// keep writes a picture or a voice down.
export async function keep(made) {
  try {
    await store.put("photos", { sha: made.sha, blob: made.blob, sent: false });
  } catch (e) {
    e.made = made;
    throw e;
  }
  return made;
}

async function smaller(file, segment) {
  let picture;
  try { picture = await createImageBitmap(file, { imageOrientation: "from-image" }); } catch { throw new Bad(); }
  const { photo_px: edge, photo_bytes: most } = limits();
  let scale = Math.min(1, edge / Math.max(picture.width, picture.height));
  for (let quality = 0.82; ; quality -= 0.12) {
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(picture.width * scale));
    canvas.height = Math.max(1, Math.round(picture.height * scale));
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    const jpeg = await new Promise((done) => canvas.toBlob(done, "image/jpeg", quality));
    const whole = segment ? carry(jpeg, upright(segment)) : jpeg;
    if (whole.size <= most || scale < 0.1) {
      picture.close();
      return whole;
    }
    if (quality < 0.5) [quality, scale] = [0.82, scale * 0.7];
  }
}

// url shows a kept picture; release it when it is shown no longer.
export async function url(sha) {
  const p = await store.get("photos", sha);
  return p ? URL.createObjectURL(p.blob) : "";
}

// Recorder takes one voice note of at most two minutes; null where the browser cannot.
export const canRecord = () => Boolean(window.MediaRecorder && navigator.mediaDevices && navigator.mediaDevices.getUserMedia);
export async function record(onend) {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  const r = new MediaRecorder(stream, { audioBitsPerSecond: 24000 });
  const parts = [];
  r.ondataavailable = (e) => parts.push(e.data);
  r.onstop = async () => {
    clearTimeout(limit);
    stream.getTracks().forEach((x) => x.stop());
    const blob = new Blob(parts, { type: r.mimeType });
    onend({ blob, sha: await sum(blob) });
  };
  const limit = setTimeout(() => r.state === "recording" && r.stop(), 120000);
  r.start(1000);
  return () => r.state === "recording" && r.stop();
}
