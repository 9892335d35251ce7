export interface DelimitedTable {
  header: string[];
  rows: string[][];
}

/** The delimiter that the first lines agree on. */
export function sniffDelimiter(text: string): string {
  const lines = text.slice(0, 20_000).split('\n', 12).filter(Boolean);
  let best = ',';
  let bestScore = 0;
  for (const candidate of [',', '\t', ';', '|']) {
    const counts = lines
      .slice(0, Math.max(1, lines.length - 1))
      .map((line) => line.split(candidate).length - 1);
    const first = counts[0] ?? 0;
    const agreeing = counts.filter((count) => count === first).length;
    const score = first * (agreeing / Math.max(1, counts.length));
    if (score > bestScore) {
      best = candidate;
      bestScore = score;
    }
  }
  return best;
}

/** Reads delimited text with quoted fields (RFC 4180); `cut` says that the text ends in the middle of the file. */
export function readDelimited(
  text: string,
  options: { delimiter?: string; cut?: boolean } = {},
): DelimitedTable {
  const delimiter = options.delimiter ?? sniffDelimiter(text);
  const rows: string[][] = [];
  let row: string[] = [];
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  const end = text.length;
  let whole = true;
  while (at < end) {
    let field: string;
    if (text[at] === '"') {
      let value = '';
      let from = at + 1;
      for (;;) {
        const quote = text.indexOf('"', from);
        if (quote < 0) {
          value += text.slice(from);
          at = end;
          whole = false;
          break;
        }
        value += text.slice(from, quote);
        if (text[quote + 1] === '"') {
          value += '"';
          from = quote + 2;
          continue;
        }
        at = quote + 1;
        break;
      }
      field = value;
      // What stands behind a closing quote belongs to the field all the same.
      const rest = endOfField(text, at, delimiter);
      field += text.slice(at, rest);
      at = rest;
    } else {
      const rest = endOfField(text, at, delimiter);
      field = text.slice(at, rest);
      at = rest;
    }
    if (text[at] === delimiter) {
      row.push(field);
      at++;
      if (at === end) row.push('');
      continue;
    }
    row.push(field.endsWith('\r') && text[at] === '\n' ? field.slice(0, -1) : field);
    at++;
    rows.push(row);
    row = [];
    whole = true;
  }
  if (row.length > 0) rows.push(row);
  if (options.cut && rows.length > 1 && (!whole || !text.endsWith('\n'))) rows.pop();
  return {
    header: rows[0] ?? [],
    rows: rows.slice(1).filter((cells) => cells.length > 1 || cells[0] !== ''),
  };
}

function endOfField(text: string, from: number, delimiter: string): number {
  for (let at = from; at < text.length; at++) {
    const letter = text[at];
    if (letter === delimiter || letter === '\n') return at;
  }
  return text.length;
}

/** Whether a column reads as numbers: they are set to the right. */
export function isNumeric(values: Iterable<string | null | undefined>): boolean {
  let numbers = 0;
  for (const value of values) {
    if (value === null || value === undefined || value === '' || /^(nan|na|null|none)$/i.test(value))
      continue;
    if (!/^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/.test(value)) return false;
    numbers++;
  }
  return numbers > 0;
}
