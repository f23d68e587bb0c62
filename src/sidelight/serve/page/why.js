// What the answer rests on: covered parts of the picture, and values taken away.

import { $, make, number } from "./dom.js";

const UP = [230, 97, 1], DOWN = [94, 60, 153]; // told apart by every eye
let drawn = null;

export function showWhy(found, schema, image) {
  const name = found.class ?? found.target;
  const what = found.class === null ? `predicted ${name}` : `probability of ${name}`;
  $("why").hidden = false;
  showEffects(found);
  $("heat").hidden = found.heat === null;
  if (found.heat === null) return;
  const most = Math.max(1e-9, ...found.heat.drop.flat().map(Math.abs));
  $("heat-text").textContent = `How much the ${what} falls when a part is covered with the picture's mean colour (occlusion). Orange parts hold it up, purple ones hold it down. It says what this answer depends on, not why.`;
  const [low, high] = $("legend").querySelectorAll("span");
  const end = found.class === null ? number(most, 2) : points(most);
  low.textContent = `−${end}`;
  high.textContent = `+${end}`;
  [...$("legend").querySelectorAll("i")].forEach((box, index) => { box.style.background = colour((index - 2) / 2, 0.9); });
  drawn = { found, schema, image, most };
  draw();
}

export function draw() {
  if (drawn === null) return;
  const { found, schema, image, most } = drawn;
  const canvas = $("heat-canvas");
  const width = image?.naturalWidth || schema.image.width, height = image?.naturalHeight || schema.image.height;
  const scale = Math.min(1, 640 / Math.max(width, height)) * (Math.max(width, height) < 320 ? 320 / Math.max(width, height) : 1);
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const context = canvas.getContext("2d");
  if (image?.naturalWidth) context.drawImage(image, 0, 0, canvas.width, canvas.height);
  const [left, top, wide, tall] = place(schema.image, canvas.width, canvas.height);
  const opacity = Number($("opacity").value) / 100;
  const { rows, columns, drop } = found.heat;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      context.fillStyle = colour(drop[row][column] / most, opacity);
      context.fillRect(left + (column * wide) / columns, top + (row * tall) / rows, wide / columns + 0.5, tall / rows + 0.5);
    }
  }
}

// Where the model's picture lies on the one that was sent.
function place(model, width, height) {
  if (model.resize === "stretch") return [0, 0, width, height];
  const scales = [model.width / width, model.height / height];
  const scale = model.resize === "crop" ? Math.max(...scales) : Math.min(...scales);
  const wide = model.width / scale, tall = model.height / scale;
  return [(width - wide) / 2, (height - tall) / 2, wide, tall];
}

function colour(share, opacity) {
  const rgb = share >= 0 ? UP : DOWN;
  return `rgba(${rgb.join(",")},${Math.abs(share) * opacity})`;
}

function showEffects(found) {
  $("effects").hidden = found.effects.length === 0;
  const rows = [...found.effects].sort((a, b) => Math.abs(b.effect) - Math.abs(a.effect));
  $("effect-rows").replaceChildren(...rows.map((effect) => row(effect, found.class !== null)));
}

function row(effect, isShare) {
  const value = make("td", {}, `${effect.value} → ${effect.replaced_by}`);
  return make("tr", {}, make("th", { scope: "row" }, effect.column), value, size(effect.effect, isShare));
}

function size(effect, isShare) {
  if (isShare && Math.abs(effect) < 0.0005) return make("td", { class: "number" }, "none");
  const amount = isShare ? points(Math.abs(effect)) : number(Math.abs(effect), 3);
  const up = effect >= 0;
  return make("td", { class: `number ${up ? "up" : "down"}` }, `${up ? "▲ +" : "▼ −"}${amount}`);
}

function points(share) { return `${number(100 * share, 2)} points`; }
