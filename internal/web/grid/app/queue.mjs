// What the city does not have yet: every entry with its state in words, and what the worker can do about it.
import { button, empty, h, notice } from "./dom.mjs";
import { classOf } from "./pack.mjs";
import * as store from "./store.mjs";
import { list, net, remove, resolve, retry, sweepPhotos, sync } from "./sync.mjs";
import { t, when } from "./words.mjs";

const kinds = { report: () => t("上报"), check: () => t("核查"), point: () => t("巡查"), visit: () => t("走访"), duty: () => t("上下岗"), track: () => t("轨迹"), resolve: () => t("决定") };
const states = {
  waiting: ["paused", () => t("等待上传")], sending: ["normal", () => t("正在上传")], kept: ["normal", () => t("城市已收到，正在办")], taken: ["ended", () => t("已办妥")],
  "wants-photo": ["paused", () => t("等待照片上传")], conflict: ["yellow", () => t("情况有变，请您决定")], refused: ["red", () => t("没有被接受")],
};
const marks = { clock: () => t("手机时间不准，已按城市时间更正"), outside: () => t("位置不在城市范围内"), jump: () => t("位置跳动，可能不准"), closed: () => t("账号已停用，已转监督中心看"), moved: () => t("您已不在这个网格，已转给现在的网格员"), early: () => t("照片拍得太早"), late: () => t("照片拍得太晚"), far: () => t("照片不是在这里拍的"), "bad-photo": () => t("有一张不是照片，没有用上") };
const markOf = (m) => marks[m.split(":")[0]];

export const titleOf = (x) => (kinds[x.kind] ? kinds[x.kind]() : x.kind) + (x.kind === "duty" ? (x.body.on ? t("：上岗") : t("：下岗")) : x.title ? "：" + x.title : "");
const badge = (x) => h("span", { class: "mark mark-" + states[x.state][0] }, states[x.state][1]());
// An entry that was perhaps delivered cannot be changed any more: the city keeps the first of an id.
const untouched = (x) => x.state === "waiting" && x.tries === 0;

export async function queue(screen) {
  const all = await list();
  const owed = all.filter((x) => x.state !== "taken"), done = all.filter((x) => x.state === "taken" && !["track", "duty", "resolve"].includes(x.kind)).reverse();
  return [h("h1", {}, t("待传")),
    h("p", { class: "lead" }, owed.length ? t("%d 件还在手机上。页面开着、有网络时自动按顺序上传。", owed.length) : t("都已上传。")),
    net.state === "failed" && net.next ? h("p", { class: "muted" }, t("下次自动再传：%s", when(net.next))) : "",
    owed.length ? h("div", { class: "row" }, button(t("现在上传"), () => retryAll(owed), "primary"), button(t("清理已传的照片"), async () => { await sweepPhotos(); screen.go("/grid/queue", t("已清理。")); })) : "",
    owed.length ? h("ol", { class: "queue" }, owed.map(row)) : empty(t("没有等待上传的")),
    done.length ? h("section", { class: "section" }, h("h2", {}, t("最近办妥")), h("ul", { class: "queue" }, done.slice(0, 20).map(row))) : ""];
}

async function retryAll(owed) {
  for (const x of owed) await store.amend("items", x.id, (y) => ({ ...y, next: 0 }));
  await sync();
}

const row = (x) => h("li", {}, h("a", { href: "/grid/queue/" + x.id }, h("strong", {}, titleOf(x)), h("span", { class: "queue-line" }, badge(x), h("span", {}, when(x.at)), x.photos.length > 0 && h("span", {}, t("照片 %d 张", x.photos.length)), x.case && x.case.number && h("span", {}, x.case.number))));

export async function item(screen) {
  const x = await store.get("items", screen.key);
  if (!x) return [h("h1", {}, t("这件不在手机上了")), h("p", {}, h("a", { class: "btn btn-plain", href: "/grid/queue" }, t("回到待传")))];
  const pairs = [[t("什么时候"), when(x.at)], [t("情况说明"), x.body.words], [t("地点"), x.body.spot], [t("编号"), x.case && x.case.number], [t("试过几次"), x.tries > 0 && x.state !== "taken" ? String(x.tries) : ""]].filter((p) => p[1]);
  return [h("p", {}, h("a", { href: "/grid/queue" }, t("回到待传"))), h("h1", {}, titleOf(x)), h("p", {}, badge(x)),
    x.words && x.state !== "conflict" ? h("p", {}, x.words) : "",
    (x.marks || []).map(markOf).filter(Boolean).map((says) => notice("warn", says())),
    x.state === "conflict" ? conflict(screen, x) : "",
    h("dl", { class: "facts" }, pairs.map(([name, words]) => h("div", {}, h("dt", {}, name), h("dd", {}, words)))),
    h("div", { class: "row" }, actions(screen, x)), x.state === "taken" ? "" : discard(screen, x)];
}

function actions(screen, x) {
  if (x.state === "taken" || x.state === "conflict") return [];
  const again = ["waiting", "kept", "wants-photo"].includes(x.state) && button(t("现在上传"), () => retry(x.id), "primary");
  const edit = x.kind === "report" && (untouched(x) || x.state === "refused") && button(x.state === "refused" ? t("改后重新上报") : t("修改"), async () => {
    const c = classOf(x.body.class);
    await store.put("drafts", { cls: c ? c.code : "", standard: x.body.standard || "", words: c && x.body.words === c.name ? "" : x.body.words, spot: x.body.spot, photos: x.photos.map((sha) => ({ sha, ...(x.shots || {})[sha] })), voices: (x.voices || []).map((sha) => ({ sha })), where: x.lon ? { lon: x.lon, lat: x.lat, accuracy: x.accuracy, by: "gps" } : null, fixture: x.body.fixture || "", same: x.body.same || "", old: x.id }, "report");
    screen.go("/grid/report");
  });
  const without = x.state === "wants-photo" && !x.chosen && button(t("照片丢了，不带照片上报"), async () => { await resolve(x, "without-photo"); screen.go("/grid/queue", t("已记下您的决定。")); });
  const sent = x.state === "waiting" && x.tries > 0 && h("p", { class: "muted" }, t("可能已经送到，联网确认以后才能改。"));
  return [again, edit, without, sent];
}

// conflict tells what became of the matter meanwhile, and asks which of the choices it is to be.
function conflict(screen, x) {
  if (x.chosen) return notice("good", t("您已决定，等待上传"));
  return h("section", { class: "conflict" }, h("h2", {}, t("您离线时情况有变")), h("p", {}, x.words), x.case ? h("p", { class: "muted" }, x.case.number, x.case.state ? " · " + x.case.state : "") : "",
    h("p", {}, t("您记下的没有丢。怎么办由您定：")), h("div", { class: "choices" }, (x.choices || []).map((c) => button(c.says, async () => { await resolve(x, c.id); screen.go("/grid/queue", t("已记下您的决定。")); }, "plain", { class: "btn btn-plain btn-wide" }))));
}

const discard = (screen, x) => h("details", { class: "confirm more", id: "discard" }, h("summary", { class: "link-danger" }, t("删除这件")), h("div", { class: "confirm-body" },
  h("p", {}, x.tries > 0 ? t("这件可能已经送到城市；这里只是从手机上删掉。") : t("删掉以后，您记下的内容和照片都没有了。")),
  button(t("确认删除"), async () => { await remove(x); screen.go("/grid/queue", t("已删除。")); }, "danger")));
