// Draws [data-chart] with ECharts on canvas, in the colours and letter size of the page. The server's drawing
// stays when this does not run; the table behind says the same either way.
"use strict";
(() => {
  const css = getComputedStyle(document.documentElement);
  const token = (name) => css.getPropertyValue("--" + name).trim();
  const marks = { yellow: token("yellow"), red: token("red"), paused: token("paused"), normal: token("accent"), ended: token("ink-3") };
  const palette = [1, 2, 3, 4, 5, 6].map((n) => token("chart-" + n));
  const size = parseFloat(css.fontSize) * 0.875;
  const text = { color: token("ink-2"), fontFamily: css.fontFamily, fontSize: size };
  const line = { lineStyle: { color: token("line") } };
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;

  const figure = (v, unit) => (v == null ? "—" : v.toLocaleString("zh-CN", { maximumFractionDigits: 1 }) + (unit ? " " + unit : ""));

  function option(d, width) {
    const names = { type: "category", data: d.names, axisLabel: { ...text, hideOverlap: true, width: width * 0.3, overflow: "truncate" },
      axisTick: { show: false }, axisLine: line, inverse: d.flat };
    const figures = { type: "value", axisLabel: text, splitLine: line, minInterval: d.unit === "%" ? 0 : 1 };
    const series = d.series.map((s, i) => ({
      name: s.name, data: s.values, type: d.lines ? "line" : "bar", stack: d.stack ? "all" : undefined,
      itemStyle: { color: marks[s.mark] || palette[i % palette.length], borderRadius: d.stack || d.lines ? 0 : d.flat ? [0, 3, 3, 0] : [3, 3, 0, 0] },
      lineStyle: { width: 2.5, type: ["solid", "dashed", "dotted"][i % 3] },
      symbol: ["circle", "rect", "triangle", "diamond"][i % 4], symbolSize: 8, barMaxWidth: 36, barGap: "10%",
    }));
    const legend = d.series.length > 1;
    return {
      animation: !calm, textStyle: text, color: palette, series,
      grid: { left: 8, right: 16, top: legend ? size * 3.2 : size, bottom: 4, containLabel: true },
      legend: legend ? { top: 0, left: 0, textStyle: text, itemWidth: size, itemHeight: size, itemGap: size * 1.4 } : undefined,
      xAxis: d.flat ? figures : names, yAxis: d.flat ? names : figures,
      // Rich text is drawn in the canvas; the usual tooltip writes inline style, which our policy forbids.
      tooltip: { trigger: "axis", renderMode: "richText", confine: true, axisPointer: { type: d.lines ? "line" : "shadow" },
        backgroundColor: token("ink"), borderWidth: 0, padding: [8, 12], textStyle: { ...text, color: "#fff" },
        formatter: (ps) => [ps[0].name, ...ps.map((p) => p.seriesName + "　" + (p.value == null ? d.none : figure(p.value, d.unit)))].join("\n") },
    };
  }

  for (const el of document.querySelectorAll("[data-chart]")) {
    const d = JSON.parse(el.dataset.chart);
    const canvas = document.createElement("div");
    canvas.className = "chart-canvas";
    el.append(canvas);
    el.classList.add("chart-drawn");
    const chart = echarts.init(canvas, null, { renderer: "canvas" });
    const draw = () => chart.setOption(option(d, canvas.clientWidth), true);
    draw();
    if (d.hrefs) chart.on("click", (p) => { if (d.hrefs[p.dataIndex]) location.href = d.hrefs[p.dataIndex]; });
    new ResizeObserver(() => { chart.resize(); draw(); }).observe(canvas);
  }
})();
