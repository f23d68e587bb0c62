// Requests to the server, and what its refusals mean in words.

const KEY = "sidelight-key";
let model = null;

export function chooseModel(name) { model = name; }
export function rememberKey(text) { sessionStorage.setItem(KEY, text); }

// A refusal: `fields` has what is wrong by column ("image" for the picture).
export class Refusal extends Error {
  constructor(text, { status = 0, fields = {}, retry = 0 } = {}) {
    super(text);
    Object.assign(this, { status, fields, retry });
  }
}

export async function schema() { return ask("/schema"); }

export async function predict(files, metadata, signal) {
  return ask("/predict", { method: "POST", body: form(files, metadata), signal });
}

export async function explain(files, metadata, wanted, signal) {
  const body = form(files, metadata);
  if (wanted) body.append("class", wanted);
  return ask("/explain", { method: "POST", body, signal });
}

export async function predictRows(rows) {
  const headers = { "content-type": "application/json" };
  return ask("/predict", { method: "POST", headers, body: JSON.stringify({ rows }) });
}

function form(files, metadata) {
  const body = new FormData();
  body.append("metadata", JSON.stringify(metadata));
  for (const file of files) body.append("image", file, "picture");
  return body;
}

async function ask(path, options = {}) {
  const headers = { ...options.headers };
  const key = sessionStorage.getItem(KEY);
  if (key) headers["x-api-key"] = key;
  const query = model === null ? "" : `?model=${encodeURIComponent(model)}`;
  let response;
  try {
    response = await fetch(path + query, { ...options, headers });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refusal("The server does not answer. Is it still running?");
  }
  if (response.ok) return response.json();
  throw await refusal(response);
}

async function refusal(response) {
  let detail = "";
  try { detail = (await response.json()).detail; } catch { detail = response.statusText; }
  const fields = {};
  let text = "The server refused this";
  if (Array.isArray(detail)) {
    for (const item of detail) fields[item.loc.at(-1)] = item.msg;
    text = detail.map((item) => item.msg).join("; ");
  } else if (detail) {
    text = String(detail);
  }
  const retry = Number(response.headers.get("retry-after")) || 0;
  if (response.status === 429) text = "The server is busy. It is tried again in a moment.";
  if (response.status === 503) text = "The server is being stopped or started. Try again in a moment.";
  return new Refusal(text, { status: response.status, fields, retry });
}
