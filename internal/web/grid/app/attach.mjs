// Pictures and voice notes of a form: form.photos and form.voices hold {sha}, the store holds the rest. What found no room stays in
// memory and on the page until save succeeds.
import { button, h, icon } from "./dom.mjs";
import { Bad, canRecord, keep, record, take, url } from "./photo.mjs";
import * as store from "./store.mjs";
import { t } from "./words.mjs";

export function attachments(form, onset, trouble) {
  const loose = new Map(); // by sum: made, and not yet kept
  const shots = h("ul", { class: "shots" }), notes = h("ul", { class: "shots" });
  const input = h("input", { type: "file", id: "photo", class: "sr", accept: "image/*", capture: "environment", multiple: true, onchange: () => pick() });

  async function pick() {
    for (const file of input.files) {
      try { enter("photos", await take(file)); } catch (e) { failed("photos", e, file); }
    }
    input.value = "";
  }
  function failed(kind, e, file) {
    if (e.made) {
      loose.set(e.made.sha, e.made);
      enter(kind, e.made);
    }
    trouble(e instanceof Bad ? new Error(t("%s 不是照片，没有加上", file.name)) : e);
  }
  function enter(kind, made) {
    if (!form[kind].some((x) => x.sha === made.sha)) form[kind].push({ sha: made.sha, ...made.shot });
    onset();
    show();
  }
  const remove = (kind, x) => () => {
    form[kind] = form[kind].filter((y) => y !== x);
    loose.delete(x.sha);
    onset();
    show();
  };
  const source = async (x) => (loose.has(x.sha) ? URL.createObjectURL(loose.get(x.sha).blob) : url(x.sha));

  async function show() {
    const pictures = await Promise.all(form.photos.map(async (x, i) => h("li", {}, h("img", { src: await source(x), alt: t("照片 %d", i + 1) }), button(t("去掉照片 %d", i + 1), remove("photos", x)))));
    shots.replaceChildren(...pictures);
    const voices = await Promise.all(form.voices.map(async (x, i) => h("li", {}, h("audio", { controls: true, src: await source(x), "aria-label": t("语音 %d", i + 1) }), button(t("去掉语音 %d", i + 1), remove("voices", x)))));
    notes.replaceChildren(...voices);
  }

  let stop = null;
  const speak = button(t("录一段语音"), async () => {
    if (stop) return stop();
    try {
      stop = await record(async (made) => {
        stop = null;
        speak.textContent = t("录一段语音");
        try { enter("voices", await keep(made)); } catch (e) { failed("voices", e); }
      });
      speak.textContent = t("停止录音");
    } catch { trouble(new Error(t("手机不让录音。请在设置里允许，或者写文字。"))); }
  });

  show();
  return {
    view: h("section", { class: "photos" }, h("label", { class: "btn btn-plain photo-btn", for: "photo" }, icon("report"), t("拍照")), input, shots),
    voice: canRecord() ? h("div", { class: "voice" }, speak, notes) : null,
    // save keeps what found no room before. Throws store.Full as long as there is none.
    async save() {
      for (const [sha, made] of loose) {
        await store.put("photos", { sha, blob: made.blob, sent: false });
        loose.delete(sha);
      }
    },
  };
}
