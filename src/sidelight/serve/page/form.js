// A field for each column of the model, made from /schema.

import { make, number } from "./dom.js";

const OTHER = "\u0000other";
const MOST_CHOICES = 60;
let count = 0;

// Fields by the table's columns: {element, get(), set(value), refuse(text)}.
export function fieldsOf(columns, changed = () => {}, whatIf = false) {
  const fields = new Map();
  for (const column of columns) {
    const kind = KINDS[column.kind];
    const field = kind(column, `field-${count++}`, whatIf);
    field.element.addEventListener("input", changed);
    field.element.addEventListener("change", changed);
    fields.set(column.source, field);
  }
  return fields;
}

export function valuesOf(fields) {
  const found = {};
  for (const [source, field] of fields) found[source] = field.get();
  return found;
}

const KINDS = {
  numeric: (column, id, whatIf) => (whatIf ? slider(column, id) : numberField(column, id)),
  location: (column, id, whatIf) => (whatIf ? slider(column, id) : numberField(column, id)),
  boolean: (column, id) => choice(column, id, [["true", "yes"], ["false", "no"]], (text) => text === "true"),
  categorical: words,
  multi_hot: several,
  datetime: moment,
};

function title(column) {
  const part = column.part && column.column !== column.source ? ` (${column.part})` : "";
  return column.source + part;
}

function rangeText(column) {
  if (column.low === null) return "";
  if (column.part) return `${column.low} to ${column.high} degrees`;
  const ends = [column.low, column.high].map((end) => (typeof end === "number" ? number(end) : String(end).slice(0, 10)));
  return `${ends[0]} to ${ends[1]} in training`;
}

function wrap(column, id, control, hint, read, write) {
  const error = make("p", { class: "error", id: `${id}-error`, hidden: true });
  const need = column.required ? "needed" : "empty: unknown";
  const text = make("p", { class: "hint", id: `${id}-hint` }, [hint, need].filter(Boolean).join(" · "));
  control.setAttribute("aria-describedby", `${id}-hint ${id}-error`);
  const element = make("div", { class: "field" }, make("label", { for: id }, title(column)), control, text, error);
  return finished(element, control, error, read, write);
}

function finished(element, control, error, get, set) {
  const refuse = (text) => {
    error.textContent = text ?? "";
    error.hidden = !text;
    if (text) control.setAttribute("aria-invalid", "true");
    else control.removeAttribute("aria-invalid");
  };
  return { element, control, get, set, refuse };
}

function numberField(column, id) {
  const input = make("input", { id, type: "number", step: "any", inputmode: "decimal" });
  const read = () => (input.value.trim() === "" ? null : Number(input.value));
  const write = (value) => { input.value = value === null ? "" : String(value); };
  const field = wrap(column, id, input, rangeText(column), read, write);
  field.set(column.part && !column.required ? null : rounded(column.example));
  return field;
}

function rounded(value) { return Number(Number(value).toPrecision(4)); }

function slider(column, id) {
  const room = column.part ? 0 : 0.15 * (column.high - column.low || 1);
  const low = column.low - room, high = column.high + room;
  const input = make("input", { id, type: "range", min: String(low), max: String(high), step: String((high - low) / 200) });
  let known = false;
  const shown = make("p", { class: "hint", id: `${id}-hint` });
  const show = () => {
    const text = known ? number(input.value) : "unknown";
    shown.textContent = text;
    input.setAttribute("aria-valuetext", text);
  };
  input.addEventListener("input", () => { known = true; show(); });
  const error = make("p", { class: "error", hidden: true });
  const element = make("div", { class: "field" }, make("label", { for: id }, title(column)), input, shown, error);
  const read = () => (known ? Number(input.value) : null);
  const write = (value) => {
    known = value !== null;
    input.value = String(known ? value : rounded((low + high) / 2));
    show();
  };
  const field = finished(element, input, error, read, write);
  field.set(null);
  return field;
}

function choice(column, id, pairs, parse) {
  const select = make("select", { id });
  if (!column.required) select.append(make("option", { value: "" }, "unknown"));
  for (const [value, text] of pairs) select.append(make("option", { value }, text));
  const read = () => (select.value === "" ? null : parse(select.value));
  const write = (value) => { select.value = value === null ? "" : String(value); };
  const field = wrap(column, id, select, "", read, write);
  field.set(column.example);
  return field;
}

function words(column, id) {
  if (column.words.length > MOST_CHOICES) return text(column, id, column.words);
  const select = make("select", { id });
  if (!column.required) select.append(make("option", { value: "" }, "unknown"));
  for (const word of column.words) select.append(make("option", { value: word }, word));
  select.append(make("option", { value: OTHER }, "another …"));
  const free = make("input", { type: "text", hidden: true, "aria-label": `${column.source}: another word`, autocomplete: "off" });
  const follow = () => { free.hidden = select.value !== OTHER; };
  select.addEventListener("change", follow);
  const read = () => (select.value === OTHER ? free.value || null : select.value || null);
  const write = (value) => {
    const known = value === null || column.words.includes(value);
    select.value = known ? value ?? "" : OTHER;
    free.value = known ? "" : value;
    follow();
  };
  const field = wrap(column, id, select, "", read, write);
  select.after(free);
  field.set(column.words[0] ?? null);
  return field;
}

function text(column, id, known) {
  const list = make("datalist", { id: `${id}-list` }, ...known.map((word) => make("option", { value: word })));
  const input = make("input", { id, type: "text", list: list.id, autocomplete: "off" });
  const field = wrap(column, id, input, `${known.length} words in training`, () => input.value || null, (value) => { input.value = value ?? ""; });
  field.element.append(list);
  field.set(column.example);
  return field;
}

function several(column, id) {
  if (column.words.length > MOST_CHOICES) return text(column, id, column.words);
  const boxes = column.words.map((word) => make("input", { type: "checkbox", value: word }));
  const labels = boxes.map((box) => make("label", {}, box, box.value));
  const error = make("p", { class: "error", hidden: true });
  const hint = make("p", { class: "hint" }, column.required ? "needed" : "none: unknown");
  const group = make("div", { class: "checks", id }, ...labels);
  const element = make("fieldset", { class: "field" }, make("legend", {}, title(column)), group, hint, error);
  const read = () => {
    const found = boxes.filter((box) => box.checked).map((box) => box.value);
    return found.length ? found : null;
  };
  const write = (value) => {
    const chosen = Array.isArray(value) ? value : value ? String(value).split(/[;|]/) : [];
    for (const box of boxes) box.checked = chosen.includes(box.value);
  };
  const field = finished(element, group, error, read, write);
  field.set(column.words.length ? [column.words[0]] : null);
  return field;
}

function moment(column, id) {
  const input = make("input", { id, type: "datetime-local", step: "1" });
  const hint = ["UTC", rangeText(column)].filter(Boolean).join(" · ");
  const read = () => input.value || null;
  const write = (value) => { input.value = value === null ? "" : String(value).slice(0, 19).replace(" ", "T"); };
  const field = wrap(column, id, input, hint, read, write);
  field.set(column.example);
  return field;
}
