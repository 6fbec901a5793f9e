import {
  DiagnosticSeverity,
  type Diagnostic,
  type DiagnosticRelatedInformation,
} from 'vscode-languageserver/node';
import { z } from 'zod';
import { toAbsolute } from '../core/dataset/paths.ts';
import { shorten, visibleText } from '../core/export/visibleText.ts';
import type { LiveFinding } from '../engine/live/liveWorkspace.ts';
import type { Range } from '../protocol/shapes.ts';
import type { ServerContext } from './context.ts';
import { fileOf, findingRange, rangeOf } from './wire.ts';

const SEVERITY = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  info: DiagnosticSeverity.Information,
  hint: DiagnosticSeverity.Hint,
} as const;

/** A finding about a file as a whole stands at its beginning. */
const FILE_START: Range = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };
const CAPTION_CHARACTERS = 200;
const RELATED = 10;

/** `data` of our diagnostics: which finding it is. */
export const diagnosticDataSchema = z.object({ id: z.string() });

/** Publishes the findings as diagnostics: the worst ones, at most as many as the settings say, only what changed. */
export class Diagnostics {
  readonly #context: ServerContext;
  /** By URI, what the client was told last. */
  readonly #published = new Map<string, string>();
  #scheduled = false;

  constructor(context: ServerContext) {
    this.#context = context;
  }

  /** Publishes soon, once for everything that changes in this turn. */
  publishSoon(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#publish();
    });
  }

  #publish(): void {
    const { documents, uris, settings, live } = this.#context;
    const byFile = new Map<string, Diagnostic[]>();
    const shown = settings.enable ? live.findings().slice(0, settings.maxProblems) : [];
    for (const finding of shown) {
      const file = fileOf(finding);
      let list = byFile.get(file);
      if (list === undefined) byFile.set(file, (list = []));
      list.push(this.#diagnostic(finding));
    }
    const messages = new Map<string, string>();
    const unsettled = new Set<string>();
    for (const file of documents.files()) {
      const uri = uris.toUri(file);
      // Positions in a text the client no longer shows: its next version is on the way.
      if (!documents.isSettled(file)) unsettled.add(uri);
      else if (documents.told(file) !== undefined && !byFile.has(file)) byFile.set(file, []);
    }
    for (const [file, diagnostics] of byFile) {
      const uri = uris.toUri(file);
      const version = documents.told(file)?.version;
      const message = { uri, diagnostics, ...(typeof version === 'number' && { version }) };
      messages.set(uri, JSON.stringify(message));
      if (unsettled.has(uri) || this.#published.get(uri) === messages.get(uri)) continue;
      this.#send(message);
    }
    for (const uri of this.#published.keys()) {
      if (!messages.has(uri) && !unsettled.has(uri)) this.#send({ uri, diagnostics: [] });
    }
    for (const uri of unsettled) {
      const before = this.#published.get(uri);
      if (before === undefined) messages.delete(uri);
      else messages.set(uri, before);
    }
    this.#published.clear();
    for (const [uri, message] of messages) this.#published.set(uri, message);
  }

  #send(message: { uri: string; version?: number; diagnostics: Diagnostic[] }): void {
    void this.#context.connection.sendDiagnostics(message);
  }

  #diagnostic(live: LiveFinding): Diagnostic {
    const { findingsUri, client } = this.#context;
    const { finding, id } = live;
    const related = client.relatedInformation ? this.#related(live) : [];
    return {
      range: findingRange(live) ?? FILE_START,
      severity: SEVERITY[finding.level],
      code: finding.code,
      codeDescription: { href: `${findingsUri}#${finding.code}` },
      source: 'pairlens',
      message: [finding.message, ...finding.evidence.slice(0, 1)].map(visibleText).join('\n'),
      ...(related.length > 0 && { relatedInformation: related }),
      data: { id },
    };
  }

  #related({ root, finding, pair, related }: LiveFinding): DiagnosticRelatedInformation[] {
    const { uris } = this.#context;
    const at = (file: string, range: Range, message: string) => ({
      location: { uri: uris.toUri(file), range },
      message: visibleText(message),
    });
    const image = finding.image ?? pair?.image;
    const images = [...(image === undefined ? [] : [image]), ...finding.relatedFiles]
      .filter((file) => file !== finding.file)
      .map((file) => at(toAbsolute(root, file), FILE_START, file));
    const captions = related.map((other) =>
      at(
        other.captionPath,
        rangeOf(other),
        `${other.image}: “${shorten(other.caption, CAPTION_CHARACTERS)}”`,
      ),
    );
    return [...captions, ...images].slice(0, RELATED);
  }
}
