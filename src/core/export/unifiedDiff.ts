import { type TextLine, wholeLines } from '../text/lines.ts';

/** A replacement of `text.slice(start, end)`. */
interface Replacement {
  readonly start: number;
  readonly end: number;
  readonly newText: string;
}

const CONTEXT = 3;
const NO_END = '\\ No newline at end of file';

/**
 * The unified diff of edits of a text, as `git apply` and `patch -p1` read it; `''` if they change nothing. Built from the
 * edits, because comparing the lines of a table with a million rows takes minutes.
 */
export function unifiedDiff(file: string, text: string, edits: readonly Replacement[]): string {
  const lines = [...wholeLines(text)];
  const hunks = hunksOf(lines, changedLines(text, lines, edits));
  if (hunks.length === 0) return '';
  return `--- ${fileName('a', file)}\n+++ ${fileName('b', file)}\n${hunks.join('')}`;
}

/** A rename, in git's extended format. */
export function renameDiff(from: string, to: string): string {
  const [a, b] = [fileName('a', from), fileName('b', to)].map((name) => name.trimEnd());
  const [old, now] = [quoted(from), quoted(to)];
  return `diff --git ${a} ${b}\nsimilarity index 100%\nrename from ${old}\nrename to ${now}\n`;
}

/** A file that is not there yet. */
export function creationDiff(file: string, text: string): string {
  const [a, b] = [fileName('a', file), fileName('b', file)].map((name) => name.trimEnd());
  const diff = unifiedDiff(file, '', [{ start: 0, end: 0, newText: text }]);
  return `diff --git ${a} ${b}\nnew file mode 100644\n${diff.replace(/^---.*/u, '--- /dev/null')}`;
}

function fileName(side: 'a' | 'b', file: string): string {
  // The tab ends a name with spaces.
  return quoted(`${side}/${file}`) + (file.includes(' ') ? '\t' : '');
}

/** Git quotes names with control characters, quotation marks and backslashes as C does. */
function quoted(name: string): string {
  return /[\p{Cc}"\\]/u.test(name) ? JSON.stringify(name) : name;
}

type Line = Pick<TextLine, 'text' | 'start'>;

/** Old lines `from` to `to` (exclusive), and what stands in their place. */
interface LineChange {
  readonly from: number;
  readonly to: number;
  readonly now: readonly string[];
}

function changedLines(
  text: string,
  lines: readonly Line[],
  edits: readonly Replacement[],
): LineChange[] {
  const sorted = [...edits].sort((a, b) => a.start - b.start);
  const changes: LineChange[] = [];
  for (let e = 0; e < sorted.length;) {
    const first = lineAt(lines, sorted[e]?.start ?? 0);
    let last = first;
    const region: Replacement[] = [];
    // Edits of one line are one change; an edit may reach into the line of the next.
    for (let edit = sorted[e]; edit !== undefined; edit = sorted[e]) {
      if (region.length > 0 && lineAt(lines, edit.start) > last) break;
      last = Math.max(last, lineAt(lines, edit.end));
      region.push(edit);
      e++;
    }
    const start = lines[first]?.start ?? 0;
    const end = lines[last + 1]?.start ?? text.length;
    let now = '';
    let at = start;
    for (const edit of region) {
      now += text.slice(at, edit.start) + edit.newText;
      at = edit.end;
    }
    now += text.slice(at, end);
    const change = trimmed(lines, {
      from: first,
      to: Math.min(last + 1, lines.length),
      now: Array.from(wholeLines(now), (line) => line.text),
    });
    if (change !== undefined) changes.push(change);
  }
  return changes;
}

/** Without the lines that stay as they are at either end; undefined if nothing is left. */
function trimmed(lines: readonly Line[], { from, to, now }: LineChange): LineChange | undefined {
  let head = 0;
  while (head < Math.min(to - from, now.length) && lines[from + head]?.text === now[head]) head++;
  let tail = 0;
  while (
    tail < Math.min(to - from, now.length) - head &&
    lines[to - 1 - tail]?.text === now[now.length - 1 - tail]
  ) {
    tail++;
  }
  const change = { from: from + head, to: to - tail, now: now.slice(head, now.length - tail) };
  return change.from === change.to && change.now.length === 0 ? undefined : change;
}

/** Index of the line with the character at `offset`; the last line for the end of the text. */
function lineAt(lines: readonly Line[], offset: number): number {
  let low = 0;
  let high = lines.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((lines[middle]?.start ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

function hunksOf(lines: readonly Line[], changes: readonly LineChange[]): string[] {
  const hunks: string[] = [];
  let shift = 0;
  for (let c = 0; c < changes.length;) {
    const first = changes[c];
    if (first === undefined) break;
    const from = Math.max(0, first.from - CONTEXT);
    const group: LineChange[] = [];
    let to = first.from;
    for (let change = changes[c]; change !== undefined; change = changes[c]) {
      if (group.length > 0 && change.from - to > 2 * CONTEXT) break;
      group.push(change);
      to = change.to;
      c++;
    }
    const end = Math.min(lines.length, to + CONTEXT);
    const grown = group.reduce(
      (sum, change) => sum + change.now.length - (change.to - change.from),
      0,
    );
    const old = rangeText(from, end - from);
    const now = rangeText(from + shift, end - from + grown);
    hunks.push(`@@ -${old} +${now} @@\n${hunkBody(lines, group, from, end)}`);
    shift += grown;
  }
  return hunks;
}

function hunkBody(
  lines: readonly Line[],
  group: readonly LineChange[],
  from: number,
  end: number,
): string {
  let body = '';
  let at = from;
  const keep = (until: number): void => {
    for (; at < until; at++) body += marked(' ', lines[at]?.text ?? '');
  };
  for (const change of group) {
    keep(change.from);
    for (; at < change.to; at++) body += marked('-', lines[at]?.text ?? '');
    for (const line of change.now) body += marked('+', line);
  }
  keep(end);
  return body;
}

function marked(mark: string, line: string): string {
  return line.endsWith('\n') ? mark + line : `${mark}${line}\n${NO_END}\n`;
}

/** The line before it stands for an empty range. */
function rangeText(start: number, length: number): string {
  return `${length === 0 ? start : start + 1},${length}`;
}
