// A table of some hundred rows, sent in parts.

import * as api from "./api.js";
import { parseCsv, toCsv } from "./csv.js";
import { $, make, number, percent } from "./dom.js";

const MOST_SHOWN = 200;
let schema = null, table = null, say = () => {}, wired = false;

export function startTable(found, notice) {
  schema = found;
  say = notice;
  table = null;
  $("table-file").value = $("table-pictures").value = "";
  $("table-pictures-label").hidden = schema.image === null;
  $("table-send").disabled = true;
  $("table-result").hidden = $("table-download").hidden = true;
  $("table-status").textContent = "";
  if (wired) return;
  wired = true;
  $("table-file").addEventListener("change", () => read().catch((error) => say(error.message)));
  $("table-pictures").addEventListener("change", guessColumn);
  $("table-send").addEventListener("click", () => send().catch((error) => { say(error.message); $("table-send").disabled = false; }));
}

async function read() {
  const file = $("table-file").files[0];
  if (!file) return;
  table = parseCsv(await file.text());
  const missing = schema.columns.filter((column) => column.required && !table.header.includes(column.source));
  if (!table.rows.length) return refuse("This table has no rows.");
  if (missing.length) return refuse(`This table lacks the column ${missing.map((column) => column.source).join(", ")}.`);
  const known = schema.columns.filter((column) => table.header.includes(column.source)).length;
  $("table-status").textContent = `${table.rows.length} rows; ${known} of ${schema.columns.length} columns of the model are there.`;
  $("table-column").replaceChildren(...table.header.map((name) => make("option", { value: name }, name)));
  $("table-column-label").hidden = schema.image === null;
  $("table-send").disabled = false;
  guessColumn();
}

function refuse(text) {
  $("table-status").textContent = text;
  $("table-send").disabled = true;
}

const base = (name) => name.split(/[\\/]/).pop();

// The column with the most cells that name a chosen picture.
function guessColumn() {
  if (!table || !schema.image) return;
  const names = new Set([...$("table-pictures").files].map((file) => file.name));
  const hits = table.header.map((_, place) => table.rows.filter((row) => names.has(base(row[place] ?? ""))).length);
  const best = hits.indexOf(Math.max(...hits));
  if (hits[best] > 0) $("table-column").value = table.header[best];
  const looks = table.header.findIndex((_, place) => /\.(jpe?g|png|tiff?|webp|npy|bmp|dcm)$/i.test(table.rows[0][place] ?? ""));
  if (hits[best] === 0 && looks >= 0) $("table-column").value = table.header[looks];
}

async function send() {
  const files = new Map([...$("table-pictures").files].map((file) => [file.name, file]));
  const place = table.header.indexOf($("table-column").value);
  const answers = [];
  $("table-send").disabled = true;
  $("table-progress").hidden = false;
  say("");
  while (answers.length < table.rows.length) {
    const rows = await part(answers.length, files, place);
    const found = await api.predictRows(rows);
    answers.push(...found.rows);
    $("table-progress").value = answers.length / table.rows.length;
    $("table-status").textContent = `${answers.length} of ${table.rows.length} rows`;
  }
  $("table-progress").hidden = true;
  $("table-send").disabled = false;
  show(answers);
}

// The next rows, as many as one request takes.
async function part(start, files, place) {
  const rows = [];
  let bytes = 0;
  for (const cells of table.rows.slice(start, start + schema.limits.rows)) {
    const row = { metadata: metadataOf(cells) };
    if (schema.image) row.image = await pictures(cells[place] ?? "", files);
    bytes += JSON.stringify(row).length;
    if (rows.length && bytes > 0.9 * schema.limits.body_bytes) break;
    rows.push(row);
  }
  return rows;
}

function metadataOf(cells) {
  const found = {};
  for (const column of schema.columns) {
    const place = table.header.indexOf(column.source);
    const text = place < 0 ? "" : (cells[place] ?? "").trim();
    found[column.source] = text === "" ? null : text;
  }
  return found;
}

async function pictures(cell, files) {
  const names = schema.image.pictures > 1 ? cell.split(/[;|]/) : [cell];
  const found = names.map((name) => files.get(base(name.trim()))).filter(Boolean);
  return Promise.all(found.map(toBase64));
}

async function toBase64(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = "";
  for (let start = 0; start < bytes.length; start += 0x8000) text += String.fromCharCode(...bytes.subarray(start, start + 0x8000));
  return btoa(text);
}

function show(answers) {
  const bad = answers.filter((answer) => answer.problem).length;
  const flagged = answers.filter((answer) => answer.flags?.length).length;
  $("table-status").textContent = `${answers.length - bad} of ${answers.length} rows answered, ${flagged} with something unusual.`;
  const columns = answerColumns();
  const head = [...table.header, ...columns.map(([name]) => name)];
  const lines = answers.map((answer, index) => columns.map(([, cell]) => cell(answer, index)));
  const body = lines.slice(0, MOST_SHOWN).map((cells, index) => {
    const shown = cells.map((cell) => make("td", {}, typeof cell === "number" ? (schema.classes.length ? percent(cell) : number(cell)) : cell));
    return make("tr", {}, make("th", { scope: "row" }, String(index + 1)), ...table.rows[index].map((cell) => make("td", {}, cell)), ...shown);
  });
  const header = ["Row", ...head].map((name) => make("th", { scope: "col" }, name));
  $("table-result").replaceChildren(make("table", {}, make("thead", {}, make("tr", {}, ...header)), make("tbody", {}, ...body)));
  $("table-result").hidden = false;
  const csv = toCsv([head, ...lines.map((cells, index) => [...table.header.map((_, place) => table.rows[index][place] ?? ""), ...cells])]);
  URL.revokeObjectURL($("table-download").href);
  $("table-download").href = URL.createObjectURL(new Blob(["\uFEFF", csv], { type: "text/csv" }));
  $("table-download").hidden = false;
}

function answerColumns() {
  const columns = [];
  if (schema.task === "multilabel") columns.push(["prediction", (answer) => (answer.labels ?? []).join(";")]);
  else if (schema.classes.length) columns.push(["prediction", (answer) => answer.label ?? ""]);
  else if (schema.targets.length > 1) columns.push(...schema.targets.map((name) => [`prediction_${name}`, (answer) => answer.prediction?.[name] ?? ""]));
  else columns.push(["prediction", (answer) => answer.prediction ?? ""]);
  columns.push(...schema.classes.map((name) => [`probability_${name}`, (answer) => answer.probability?.[name] ?? ""]));
  columns.push(["flags", (answer) => (answer.flags ?? []).map((flag) => `${flag.column} ${flag.what}`).join("; ")]);
  columns.push(["problem", (answer) => [answer.column, answer.problem].filter(Boolean).join(": ")]);
  return columns;
}
