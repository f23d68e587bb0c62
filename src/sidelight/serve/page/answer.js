// An answer as a headline, bars and what is unusual about the row.

import { $, make, number, percent } from "./dom.js";

const MOST_BARS = 10;
let all = false;

// `first` is the answer that changes are measured against; null shows none.
export function showAnswer(answer, schema, first = null) {
  const body = $("answer-body");
  $("empty").hidden = true;
  body.replaceChildren(headline(answer, schema));
  if (answer.probability) body.append(...bars(answer, schema, first));
  else if (first) body.append(make("p", { class: "hint" }, movement(answer, first)));
  if (answer.flags.length) body.append(flags(answer.flags));
}

export function clearAnswer() {
  $("answer-body").replaceChildren();
  $("empty").hidden = false;
}

function headline(answer, schema) {
  return make("p", { class: "verdict" }, said(answer, schema));
}

function said(answer, schema) {
  if (answer.labels) return answer.labels.length ? answer.labels.join(", ") : "none of the labels";
  if (answer.label !== undefined && answer.label !== null) return `${answer.label}, ${percent(answer.probability[answer.label])}`;
  if (typeof answer.prediction === "number") return `${schema.targets[0]}: ${number(answer.prediction)}`;
  return Object.entries(answer.prediction).map(([name, value]) => `${name}: ${number(value)}`).join(" · ");
}

function movement(answer, first) {
  if (typeof answer.prediction !== "number") return "";
  const delta = answer.prediction - first.prediction;
  return `${delta >= 0 ? "+" : "−"}${number(Math.abs(delta), 3)} against the first answer`;
}

function bars(answer, schema, first) {
  const order = Object.entries((first ?? answer).probability);
  if (schema.task !== "ordinal") order.sort((a, b) => b[1] - a[1]);
  const names = order.map(([name]) => name);
  const shown = all || schema.task === "ordinal" ? names : names.slice(0, MOST_BARS);
  const list = make("ul", { class: "bars" }, ...shown.map((name) => bar(name, answer.probability[name], first?.probability[name])));
  if (shown.length === names.length) return [list];
  const more = make("button", { type: "button" }, `Show all ${names.length}`);
  more.addEventListener("click", () => { all = true; showAnswer(answer, schema, first); });
  return [list, make("p", {}, more)];
}

function bar(name, value, before) {
  const filled = make("b");
  filled.style.width = `${100 * value}%`;
  const track = make("div", { class: "track", "aria-hidden": "true" }, filled);
  let delta = null;
  if (before !== undefined) {
    const mark = make("i");
    mark.style.left = `calc(${100 * before}% - 1px)`;
    track.append(mark);
    const points = 100 * (value - before);
    if (Math.abs(points) >= 0.05) delta = make("span", { class: "delta" }, ` (${points > 0 ? "+" : "−"}${Math.abs(points).toFixed(1)})`);
  }
  return make("li", {}, make("span", { class: "name" }, name), make("span", { class: "value" }, percent(value), delta), track);
}

function flags(found) {
  const lines = found.map((flag) => make("li", {}, `${flag.column}: ${flag.value} is ${flag.what}`));
  return make("ul", { class: "flags" }, ...lines);
}
