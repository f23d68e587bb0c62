// CSV as tables write it: quotes, line ends within them, commas or semicolons.

export function parseCsv(text) {
  const clean = text.replace(/^\uFEFF/, "");
  const mark = separator(clean);
  const rows = [];
  let row = [], cell = "", quoted = false;
  for (let place = 0; place < clean.length; place++) {
    const sign = clean[place];
    if (quoted) {
      if (sign !== '"') cell += sign;
      else if (clean[place + 1] === '"') { cell += '"'; place++; } else quoted = false;
    } else if (sign === '"') quoted = true;
    else if (sign === mark) { row.push(cell); cell = ""; } else if (sign === "\n" || sign === "\r") {
      if (sign === "\r" && clean[place + 1] === "\n") place++;
      rows.push([...row, cell]);
      row = []; cell = "";
    } else cell += sign;
  }
  if (cell !== "" || row.length) rows.push([...row, cell]);
  const [header = [], ...body] = rows.filter((line) => line.length > 1 || line[0].trim() !== "");
  return { header: header.map((name) => name.trim()), rows: body };
}

function separator(text) {
  const line = text.split(/\r?\n/, 1)[0].replace(/"[^"]*"/g, "");
  return ["\t", ";", ","].reduce((best, mark) => (line.split(mark).length > line.split(best).length ? mark : best), ",");
}

export function toCsv(rows) {
  return rows.map((row) => row.map(cellText).join(",")).join("\r\n") + "\r\n";
}

function cellText(value) {
  if (typeof value === "number") return String(value);
  // A spreadsheet would run a cell that begins like a formula.
  const text = String(value ?? "").replace(/^[=+\-@\t\r]/, "'$&");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
