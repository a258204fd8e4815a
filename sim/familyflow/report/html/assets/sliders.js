"use strict";
// Moves what the page's tables and chart show with its sliders. The sums are those of familyflow's report/calculator.py.
(() => {
  const LOW = 0.05, HIGH = 0.95, MILLION = 1e6;
  const given = JSON.parse(document.getElementById("sliders-data").textContent);
  const slider = (name) => document.getElementById(`lever-${name}`);
  const every = ["rate", "growth", ...given.levers.map((lever) => lever.name)].map(slider);
  const chosen = document.getElementById("live-schedule");
  const chart = document.getElementById("live-chart");
  const said = document.getElementById("live-said");

  // ---- sums

  function positions(rate, counted, values) {
    const shares = [...given.levers.map((lever, rank) => values[rank] / lever.value), 1];
    const factors = given.ages.map((age) => (1 + rate / 100) ** -age);
    return given.schedules.map((_, schedule) => {
      const draws = given.amounts[0][schedule][0].length;
      const sums = new Float64Array(draws);
      return given.years.map((_, year) => {
        for (let draw = 0; draw < draws; draw += 1) {
          let net = 0;
          shares.forEach((share, part) => {
            net += share * (given.amounts[part][schedule][year][draw] + (counted / 100) * given.growth[part][schedule][year][draw]);
          });
          sums[draw] += net * factors[year];
        }
        return spread(Float64Array.from(sums));
      });
    });
  }

  function spread(values) {
    const above = values.reduce((count, value) => count + (value > 0), 0) / values.length;
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    values.sort();
    return { mean, p5: quantile(values, LOW), p95: quantile(values, HIGH), above };
  }

  function quantile(sorted, share) {
    const place = (sorted.length - 1) * share, first = Math.floor(place);
    const next = Math.min(first + 1, sorted.length - 1);
    return sorted[first] + (place - first) * (sorted[next] - sorted[first]);
  }

  // ---- words

  function plain(value, digits) {
    const text = value.toLocaleString("en-GB", { minimumFractionDigits: digits, maximumFractionDigits: digits });
    return /[1-9]/.test(text) ? text : text.replace("-", "");
  }

  const millions = (gbp) => plain(gbp / MILLION, Math.abs(gbp) < 10 * MILLION ? 2 : 1);
  const pounds = (gbp) => millions(gbp).replace(/^(-?)/, "$1£") + "m";
  const percent = (share) => `${plain(100 * share, 0)}%`;
  const range = (found) => `${millions(found.p5)} to ${millions(found.p95)}`;

  function fill(table, rows) {
    const lines = document.querySelectorAll(`#${table} tbody tr`);
    rows.forEach((cells, rank) => cells.forEach((text, column) => {
      lines[rank].querySelectorAll("td")[column].textContent = text;
    }));
  }

  function value(input) {
    const digits = (input.dataset.step.split(".")[1] || "").length;
    document.getElementById(`${input.id}-value`).textContent = input.dataset.unit.replace("{}", plain(Number(input.value), digits));
    input.setAttribute("aria-valuetext", document.getElementById(`${input.id}-value`).textContent);
    return Number(input.value);
  }

  // ---- chart

  function mark(parent, name, attributes, text) {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    Object.entries(attributes).forEach(([key, given]) => made.setAttribute(key, given));
    if (text !== undefined) { made.textContent = text; }
    parent.appendChild(made);
    return made;
  }

  function ticks(low, high) {
    const rough = (high - low) / 5, power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= rough);
    const found = [];
    for (let at = Math.ceil(low / step); at * step <= high; at += 1) { found.push(at * step); }
    return found;
  }

  function draw(rows, title) {
    const width = Math.max(300, Math.min(720, chart.clientWidth || 720)), height = 300;
    const left = 54, right = 14, top = 14, bottom = 26;
    const spans = [{ mean: 0, p5: 0, p95: 0 }, ...rows];
    const low = Math.min(...spans.map((row) => row.p5)), reach = Math.max(...spans.map((row) => row.p95)) - low || MILLION;
    const high = low + reach;
    const x = (rank) => left + (rank * (width - left - right)) / (spans.length - 1);
    const y = (gbp) => top + ((high - gbp) * (height - top - bottom)) / reach;
    const last = rows[rows.length - 1];
    const words = `${title}: cumulative present value of net cash by year. At the end ${pounds(last.mean)} on average, `
      + `range of outcomes ${range(last)}.`;
    chart.replaceChildren();
    const svg = mark(chart, "svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": words });
    ticks(low / MILLION, high / MILLION).forEach((tick) => {
      const at = y(tick * MILLION);
      mark(svg, "line", { x1: left, x2: width - right, y1: at, y2: at, stroke: Math.abs(tick) < 1e-9 ? "#222" : "#e2e2e2" });
      mark(svg, "text", { x: left - 6, y: at + 4, "text-anchor": "end", "font-size": 12, fill: "#222" }, `${Number(tick.toPrecision(6))}`);
    });
    const edge = (part) => spans.map((row, rank) => `${x(rank)},${y(row[part])}`);
    mark(svg, "polygon", { points: [...edge("p5"), ...edge("p95").reverse()].join(" "), fill: "#0072B2", "fill-opacity": 0.22 });
    mark(svg, "polyline", { points: edge("mean").join(" "), fill: "none", stroke: "#0072B2", "stroke-width": 2.2 });
    const every = Math.ceil((given.years.length * 64) / (width - left - right));
    given.years.forEach((year, rank) => {
      if ((given.years.length - 1 - rank) % every === 0) {
        mark(svg, "text", { x: x(rank + 1), y: height - bottom + 18, "text-anchor": rank + 1 === given.years.length ? "end" : "middle", "font-size": 12, fill: "#222" }, year.slice(0, 7));
      }
    });
  }

  // ---- moving

  function show() {
    const [rate, counted, ...values] = every.map(value);
    const found = positions(rate, counted, values);
    fill("live-schedules", found.map((rows) => {
      const last = rows[rows.length - 1];
      return [millions(last.mean), range(last), percent(last.above)];
    }));
    const rank = Number(chosen.value);
    fill("live-years", found[rank].map((row) => [millions(row.mean), range(row), percent(row.above)]));
    document.getElementById("live-years-caption").textContent = `${given.schedules[rank]}, ${given.caption}`;
    draw(found[rank], given.schedules[rank]);
    return found[rank][given.years.length - 1];
  }

  function tell() {
    const last = show();
    said.textContent = `${given.schedules[Number(chosen.value)]}: ${pounds(last.mean)} on average `
      + `(range of outcomes: ${range(last)}); above nought in ${percent(last.above)} of draws.`;
  }

  every.forEach((input) => {
    input.addEventListener("input", show);
    input.addEventListener("change", tell);
  });
  chosen.addEventListener("change", tell);
  document.getElementById("live-reset").addEventListener("click", () => {
    every.forEach((input) => { input.value = input.defaultValue; });
    tell();
  });
  window.addEventListener("resize", show);
  document.querySelector(".sliders").hidden = false;
  document.getElementById("live-key").hidden = false;
  tell();
})();
