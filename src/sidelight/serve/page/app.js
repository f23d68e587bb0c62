// The page: picture and fields in, answer out, then what would change it.

import * as api from "./api.js";
import { clearAnswer, showAnswer } from "./answer.js";
import { $, make } from "./dom.js";
import { fieldsOf, valuesOf } from "./form.js";
import { startTable } from "./table.js";
import { draw, showWhy } from "./why.js";

let schema = null, fields = null, whatIf = null, files = [], first = null, running = null, timer = 0;

async function start(name = null) {
  api.chooseModel(name);
  try {
    schema = await api.schema();
  } catch (error) {
    if (error.status === 401) return askForKey();
    return notice(error.message);
  }
  $("key").hidden = true;
  notice("");
  showModel();
  startTable(schema, notice);
  $("main").hidden = false;
}

function askForKey() {
  $("main").hidden = true;
  $("key").hidden = false;
  $("key-text").focus();
}

function notice(text) {
  $("notice").textContent = text;
  $("notice").hidden = text === "";
}

function showModel() {
  const goal = schema.classes.length ? `one of ${schema.classes.length} classes` : "numbers";
  const labels = schema.task === "multilabel" ? `labels, ${schema.classes.length} of them` : goal;
  $("about").textContent = `Predicts ${schema.targets.join(", ")}: ${labels}.`;
  const choices = schema.models.map((name) => make("option", { value: name }, name));
  $("model").replaceChildren(...choices);
  $("model").value = schema.model;
  $("models").hidden = schema.models.length < 2;
  $("picture").hidden = schema.image === null;
  $("files").multiple = (schema.image?.pictures ?? 1) > 1;
  if (schema.image) $("wanted").textContent = wanted(schema.image);
  fields = fieldsOf(schema.columns);
  $("fields").replaceChildren(...[...fields.values()].map((field) => field.element));
  $("metadata").hidden = fields.size === 0;
  forget();
}

function wanted(image) {
  const bands = image.bands === 1 ? "grey" : image.bands === 3 ? "in colour" : `with ${image.bands} bands`;
  return image.pictures === 1 ? `Any size, ${bands}` : `1 to ${image.pictures} pictures, ${bands}`;
}

function forget() {
  files = [];
  first = null;
  $("files").value = "";
  $("previews").replaceChildren();
  clearAnswer();
  $("what-if").hidden = $("why").hidden = true;
}

// ---- the picture

function take(list) {
  const found = [...list].slice(0, schema.image?.pictures ?? 1);
  if (!found.length) return;
  files = found;
  refusePicture("");
  for (const image of $("previews").querySelectorAll("img")) URL.revokeObjectURL(image.src);
  $("previews").replaceChildren(...files.map(preview));
}

function preview(file) {
  const image = make("img", { alt: `The chosen picture, ${file.name}` });
  const caption = make("figcaption", {}, `${file.name}, ${Math.ceil(file.size / 1024)} kB`);
  image.addEventListener("error", () => { image.hidden = true; caption.append(" (this browser cannot show it)"); });
  image.src = URL.createObjectURL(file);
  return make("figure", {}, image, caption);
}

function refusePicture(text) {
  $("picture-error").textContent = text;
  $("picture-error").hidden = text === "";
}

// ---- asking

async function ask(event) {
  event.preventDefault();
  if (schema.image && !files.length) {
    refusePicture("Choose a picture first.");
    return $("files").focus();
  }
  $("send").disabled = true;
  try {
    first = await patiently(() => api.predict(files, valuesOf(fields)));
    refuseAll({});
    notice("");
    showAnswer(first, schema);
    startWhatIf();
    await why();
  } catch (error) {
    failed(error);
  } finally {
    $("send").disabled = false;
  }
}

async function patiently(work, tries = 5) {
  try {
    return await work();
  } catch (error) {
    if (error.status !== 429 || tries === 0) throw error;
    notice(error.message);
    await new Promise((resolve) => setTimeout(resolve, 1000 * (error.retry || 1)));
    return patiently(work, tries - 1);
  }
}

function failed(error) {
  if (error.name === "AbortError") return;
  if (error.status === 401) return askForKey();
  refuseAll(error.fields ?? {});
  const placed = Object.keys(error.fields ?? {}).some((name) => name === "image" || fields.has(name));
  notice(placed ? "Something below cannot be used; it says what." : error.message);
}

function refuseAll(wrong) {
  refusePicture(wrong.image ?? "");
  let focused = false;
  for (const [source, field] of fields) {
    field.refuse(wrong[source]);
    if (wrong[source] && !focused) { field.control.focus(); focused = true; }
  }
}

// ---- what if

function startWhatIf() {
  clearTimeout(timer);  // an answer that is on its way belongs to what stood here before
  running?.abort();
  if (!schema.columns.length) return;
  whatIf = fieldsOf(schema.columns, soon, true);
  for (const [source, field] of whatIf) field.set(fields.get(source).get());
  $("what-if-fields").replaceChildren(...[...whatIf.values()].map((field) => field.element));
  $("what-if").hidden = false;
}

function soon() {
  clearTimeout(timer);
  timer = setTimeout(tryOut, 60);
}

async function tryOut() {
  running?.abort();
  running = new AbortController();
  try {
    const answer = await api.predict(files, valuesOf(whatIf), running.signal);
    showAnswer(answer, schema, first);
    notice("");
  } catch (error) {
    if (error.name !== "AbortError") notice(error.message);
  }
}

function reset() {
  startWhatIf();
  if (first) showAnswer(first, schema);
}

// ---- why

async function why() {
  const names = schema.classes.length ? schema.classes : schema.targets;
  const chosen = first.label ?? first.labels?.[0] ?? names[0];
  $("why-class").replaceChildren(...names.map((name) => make("option", { value: name }, name)));
  $("why-class").value = chosen;
  await showReasons();
}

async function showReasons() {
  const found = await patiently(() => api.explain(files, valuesOf(fields), $("why-class").value));
  showWhy(found, schema, $("previews").querySelector("img"));
}

// ---- wiring

$("ask").addEventListener("submit", ask);
$("reset").addEventListener("click", reset);
$("opacity").addEventListener("input", draw);
$("why-class").addEventListener("change", () => showReasons().catch(failed));
$("model").addEventListener("change", () => start($("model").value));
$("files").addEventListener("change", () => take($("files").files));
$("key").addEventListener("submit", (event) => {
  event.preventDefault();
  api.rememberKey($("key-text").value);
  start();
});
const drop = $("drop");
for (const kind of ["dragover", "dragenter"]) {
  drop.addEventListener(kind, (event) => { event.preventDefault(); drop.classList.add("over"); });
}
for (const kind of ["dragleave", "drop"]) drop.addEventListener(kind, () => drop.classList.remove("over"));
drop.addEventListener("drop", (event) => { event.preventDefault(); take(event.dataTransfer.files); });
document.addEventListener("paste", (event) => { if (event.clipboardData.files.length) take(event.clipboardData.files); });
start();
