// The first page: on duty or not, what is to be done today, and how much the city does not have yet.
import { button, h, icon, notice } from "./dom.mjs";
import { duty, turn } from "./duty.mjs";
import { current, forget } from "./pack.mjs";
import { Full } from "./store.mjs";
import { list } from "./sync.mjs";
import { t, when } from "./words.mjs";

const days = (at) => Math.floor((Date.now() - at) / 86400000);

export async function home(screen) {
  const p = current(), items = await list();
  const owed = items.filter((x) => x.state !== "taken"), yours = owed.filter((x) => ["conflict", "refused"].includes(x.state)).length;
  const points = (p.rounds || []).flatMap((r) => r.points || []);
  const tile = (path, glyph, name, count, note, main) => h("li", {}, h("a", { href: "/grid/" + path, class: main ? "tile-main" : null }, icon(glyph), h("strong", {}, name), count !== null && h("span", { class: "tile-count" }, String(count)), note && h("span", { class: "tile-note" }, note)));
  const age = days(p.got);
  return [
    h("h1", { class: "sr" }, t("首页")),
    age >= 1 && notice("warn", t("任务是 %d 天前取的", age), h("p", {}, t("照样可以上报和核查；有网络时会自动更新。"))),
    yours > 0 && notice("warn", t("%d 件要您处理", yours), h("p", {}, h("a", { href: "/grid/queue" }, t("去处理")))),
    shift(screen),
    h("ul", { class: "field-tiles" },
      tile("report", "report", t("上报问题"), null, t("拍照、选类别，位置自动取"), true),
      tile("checks", "check", t("待核查"), (p.checks || []).length, t("到现场看是否办好")),
      tile("rounds", "round", t("今日巡查"), points.filter((x) => !x.done).length, points.length ? t("共 %d 个点位", points.length) : ""),
      tile("visits", "visit", t("要走访"), (p.visits || []).length, ""),
      tile("queue", "queue", t("未上传"), owed.length, owed.length ? t("最早 %s", when(owed[0].at)) : t("都已上传")),
      tile("map", "map", t("我的网格"), null, (p.me.grids || []).map((g) => g.name).join("、"))),
    h("div", { class: "row field-more" }, button(t("更新任务"), screen.refresh), h("a", { class: "btn btn-plain", href: "/messages" }, t("消息")), h("a", { class: "btn btn-plain", href: "/me" }, t("我的账号")), leave()),
  ];
}

// shift is the switch of the duty, which says what is recorded.
function shift(screen) {
  const act = async () => {
    try { await turn(!duty.on); } catch (e) { if (!(e instanceof Full)) throw e; screen.go("/grid/queue", t("手机存储已满，没有记下。请先上传或清理。")); }
  };
  return h("section", { class: "shift" + (duty.on ? " shift-on" : ""), "aria-label": t("上岗") },
    h("div", {}, h("p", { class: "shift-state" }, duty.on ? t("在岗，%s 开始", when(duty.since)) : t("不在岗")),
      h("p", { class: "muted" }, duty.on ? [t("在岗期间记录位置。"), h("a", { href: "/grid/track" }, t("看我今天的轨迹"))] : t("不在岗不记录位置。"))),
    button(duty.on ? t("下岗") : t("上岗"), act, duty.on ? "plain" : "primary"));
}

// leave logs out, and lets go of what the city told. What was entered stays, and is still delivered.
const leave = () => h("form", { method: "post", action: "/logout", onsubmit: async (e) => {
  e.preventDefault();
  await forget();
  e.target.submit();
} }, h("button", { class: "btn btn-quiet" }, t("退出登录")));
