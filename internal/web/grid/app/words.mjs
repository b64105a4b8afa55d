// What the pages say. Chinese is the key; the English of the catalogue comes with the shell, so that the language changes without a network.
const english = JSON.parse(document.getElementById("english").textContent);

export const cookie = (name) => (document.cookie.match("(?:^|; )" + name + "=([^;]*)") || [])[1] || "";
export const prefer = (name, value) => { document.cookie = name + "=" + value + "; path=/; max-age=31536000; samesite=lax"; };

export const lang = () => cookie("linli_lang") || (document.documentElement.lang === "en" ? "en" : "zh");

// t says a sentence with its %s and %d filled in, in order.
export function t(key, ...args) {
  const words = (lang() === "en" && english[key]) || key;
  return words.replace(/%(?:\[(\d+)\])?[sd]/g, (_, n) => (n ? args[n - 1] : args.shift()) ?? "");
}

const zone = "Asia/Shanghai"; // as everywhere in the program
const format = (options) => new Intl.DateTimeFormat("zh-CN", { timeZone: zone, hourCycle: "h23", ...options });
const dayForm = format({ month: "numeric", day: "numeric" });
const timeForm = format({ hour: "2-digit", minute: "2-digit" });
const keyForm = new Intl.DateTimeFormat("sv-SE", { timeZone: zone });

// dayKey tells days apart: 2026-09-07.
export const dayKey = (at) => keyForm.format(new Date(at));
export const time = (at) => timeForm.format(new Date(at));
export function when(at) {
  if (!at) return "";
  const d = new Date(at), now = new Date();
  return dayKey(d) === dayKey(now) ? time(d) : dayForm.format(d) + " " + time(d);
}
