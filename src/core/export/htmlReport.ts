import { ruleOf } from '../audit/rules.ts';
import { inEnglish } from '../text/sentence.ts';
import { shorten, visibleText } from '../text/visibleText.ts';
import { groupByCode, type AuditReport, type ReportFinding } from './auditReport.ts';
import { shareText } from './markdownCard.ts';

/** Images in the report by their path in it, as data addresses. */
export type Thumbnails = ReadonlyMap<string, string>;

const CAPTION_CHARACTERS = 400;

/** The images that a report of `max` findings per rule shows: those of the findings and of their partners. */
export function imagesShown(report: AuditReport, max: number): readonly string[] {
  const images = [...groupByCode(report.findings).values()].flatMap((findings) =>
    findings.slice(0, max).flatMap(picturesOf),
  );
  return [...new Set(images)];
}

/** Pictures shown with one finding. */
const MOST_PICTURES = 4;

function picturesOf({ image, relatedPairs, relatedFiles }: ReportFinding): string[] {
  const all = [image, ...relatedPairs.map((pair) => pair.image), ...relatedFiles];
  const distinct = new Set(all.filter((each) => each !== undefined));
  return [...distinct].slice(0, MOST_PICTURES);
}

/**
 * The report as one HTML page that needs nothing else: no script, no address; light or dark as the reader's system. All
 * text of the dataset is escaped.
 *
 * @param title heading, e.g. the folder's name
 * @param max findings listed per rule; the others are counted
 */
export function htmlReport(
  report: AuditReport,
  title: string,
  max: number,
  thumbnails: Thumbnails,
): string {
  const groups = [...groupByCode(report.findings)];
  const name = escapeHtml(title);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${name}: image-caption audit</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>${name}</h1>
${facts(report)}
</header>
${groups.length === 0 ? '<p>Nothing was found.</p>' : contents(groups)}
${groups.map(([code, findings]) => section(code, findings, max, thumbnails)).join('\n')}
<footer>PairLens ${escapeHtml(report.tool.version)}, encoder ${escapeHtml(report.model)}</footer>
</body>
</html>
`;
}

/** Escapes text for HTML, also in attributes; control characters become visible. */
export function escapeHtml(text: string): string {
  return visibleText(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

function facts({ summary, datasets }: AuditReport): string {
  const { estimate } = summary;
  const formats = [...new Set(datasets.flatMap((dataset) => dataset.formats))].sort();
  const rows: (readonly [string, string])[] = [
    ['Pairs', String(summary.pairs)],
    ['Images', String(summary.images)],
    ['Formats', formats.join(', ')],
    ...(estimate === undefined
      ? []
      : [['Captions estimated to be wrong', shareText(estimate)] as const]),
    ...(summary.decided === undefined
      ? []
      : [
          ['Verified by hand', String(summary.decided.verified)] as const,
          ['Ignored by hand', String(summary.decided.excluded)] as const,
        ]),
  ];
  const items = rows.map(([key, value]) => `<dt>${key}</dt><dd>${escapeHtml(value)}</dd>`);
  return `<dl>${items.join('')}</dl>`;
}

function contents(groups: readonly (readonly [string, readonly ReportFinding[]])[]): string {
  const rows = groups.map(
    ([code, findings]) =>
      `<li><a href="#${escapeHtml(code)}">${escapeHtml(inEnglish(ruleOf(code).title))}</a> <span class="level ${findings[0]?.level ?? ''}">${findings[0]?.level ?? ''}</span> ${findings.length}</li>`,
  );
  return `<nav aria-label="Findings"><ul>${rows.join('')}</ul></nav>`;
}

function section(
  code: string,
  findings: readonly ReportFinding[],
  max: number,
  thumbnails: Thumbnails,
): string {
  const rule = ruleOf(code);
  const more = findings.length - max;
  return `<section id="${escapeHtml(code)}">
<h2>${escapeHtml(inEnglish(rule.title))} <small>${findings.length}</small></h2>
<p>${escapeHtml(inEnglish(rule.meaning))}</p>
${findings
  .slice(0, max)
  .map((finding) => article(finding, thumbnails))
  .join('\n')}
${more > 0 ? `<p>and ${more} more</p>` : ''}
</section>`;
}

function article(finding: ReportFinding, thumbnails: Thumbnails): string {
  const { caption, message, evidence, remedy, suggestions, level, file, region } = finding;
  const line = region === undefined ? '' : `:${region.startLine}`;
  return `<article>
<div class="pictures">${picturesOf(finding)
    .map((image) => figure(image, thumbnails.get(image)))
    .join('')}</div>
<div>
${caption === undefined ? '' : `<blockquote>${escapeHtml(shorten(caption, CAPTION_CHARACTERS))}</blockquote>`}
<p><span class="level ${level}">${level}</span> ${escapeHtml(message)}</p>
${evidence.length === 0 ? '' : `<ul>${evidence.map((reason) => `<li>${escapeHtml(reason)}</li>`).join('')}</ul>`}
${suggestions.length === 0 ? '' : `<p>Fits better: “${escapeHtml(shorten(suggestions[0] ?? '', CAPTION_CHARACTERS))}”</p>`}
${remedy === undefined ? '' : `<p>${escapeHtml(remedy)}</p>`}
<p class="place">${escapeHtml(file)}${line}</p>
</div>
</article>`;
}

function figure(image: string, thumbnail: string | undefined): string {
  const name = escapeHtml(image);
  return thumbnail === undefined
    ? `<figure><figcaption>${name}</figcaption></figure>`
    : `<figure><img src="${escapeHtml(thumbnail)}" alt="${name}" loading="lazy"><figcaption>${name}</figcaption></figure>`;
}

const STYLE = `
:root { --text: #1f2328; --muted: #59636e; --line: #d1d9e0; --ground: #fff; --card: #f6f8fa; --error: #b3261e; --warning: #8a5000; --info: #0b57d0; --hint: #59636e; }
@media (prefers-color-scheme: dark) { :root { --text: #e6edf3; --muted: #9198a1; --line: #3d444d; --ground: #0d1117; --card: #151b23; --error: #ff8a80; --warning: #f0b429; --info: #7ab7ff; --hint: #9198a1; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 72rem; padding: 1.5rem; color: var(--text); background: var(--ground); font: 15px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; margin: 0 0 .5rem; } h2 { font-size: 1.2rem; margin: 2rem 0 .25rem; } small, .place, figcaption, footer, dt { color: var(--muted); }
dl { display: flex; flex-wrap: wrap; gap: .25rem 2rem; margin: 0; } dl > * { margin: 0; } dd { margin-right: 1rem; }
nav ul { list-style: none; padding: 0; columns: 20rem; } a { color: var(--info); }
article { display: flex; gap: 1rem; padding: .75rem; margin: .75rem 0; background: var(--card); border: 1px solid var(--line); border-radius: 6px; }
article > div:last-child { flex: 1; min-width: 0; } article p, article ul { margin: .25rem 0; }
.pictures { display: flex; flex-wrap: wrap; gap: .5rem; width: 20rem; flex: none; align-content: start; }
figure { margin: 0; width: 9.5rem; } img { width: 100%; height: 7rem; object-fit: contain; background: var(--ground); border-radius: 4px; } figcaption { font-size: .8rem; }
blockquote { margin: 0 0 .5rem; padding-left: .75rem; border-left: 3px solid var(--line); white-space: pre-wrap; }
.level { font-size: .8rem; font-weight: 600; text-transform: uppercase; } .error { color: var(--error); } .warning { color: var(--warning); } .info { color: var(--info); } .hint { color: var(--hint); }
@media (max-width: 45rem) { article { flex-direction: column; } .pictures { width: auto; } }
`;
