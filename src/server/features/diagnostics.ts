import {
  DiagnosticSeverity,
  type Diagnostic,
  type DiagnosticRelatedInformation,
} from 'vscode-languageserver/node';
import { z } from 'zod';
import { groupBy } from '../../core/collections.ts';
import { archiveMember, fileToOpen, isArchived } from '../../core/dataset/archivePaths.ts';
import { toAbsoluteFrom } from '../../core/dataset/paths.ts';
import { shorten, visibleText } from '../../core/text/visibleText.ts';
import type { LiveFinding } from '../../engine/workspace/workspace.ts';
import type { Range } from '../../protocol/shapes.ts';
import type { ServerContext } from '../context.ts';
import { fileOf, findingRanges, rangeOf } from '../toProtocol.ts';
import { localize } from '../localize.ts';
import { inEnglish } from '../../core/text/sentence.ts';

const SEVERITY = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  info: DiagnosticSeverity.Information,
  hint: DiagnosticSeverity.Hint,
} as const;

/** Range of findings that concern a whole file. */
const FILE_START: Range = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };
const CAPTION_CHARACTERS = 200;
const RELATED = 10;

/** `data` of a diagnostic: the ID of its finding. */
export const diagnosticDataSchema = z.object({ id: z.string() });

/** Publishes findings as diagnostics: the worst `maxProblems` of them, and only for files whose diagnostics changed. */
export class Diagnostics {
  readonly #context: ServerContext;
  /** By URI, fingerprint of the diagnostics published last. */
  #published: ReadonlyMap<string, string> = new Map();
  #scheduled = false;

  constructor(context: ServerContext) {
    this.#context = context;
  }

  get isBusy(): boolean {
    return this.#scheduled;
  }

  /** Schedules one publication for all changes of this turn of the event loop. */
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
    const shown = settings.enable ? live.findings().slice(0, settings.maxProblems) : [];
    const byFile = groupBy(shown, (live) => this.#fileOf(live));
    const notSynced = new Set<string>();
    for (const file of documents.files()) {
      // These positions belong to an older text: diagnostics of the current version follow.
      if (!documents.isSynced(file)) notSynced.add(uris.toUri(file));
      else if (documents.synced(file) !== undefined && live.kindOf(file) === 'captions') {
        if (!byFile.has(file)) byFile.set(file, []);
      }
    }
    const published = new Map<string, string>();
    for (const [file, findings] of byFile) {
      const uri = uris.toUri(file);
      if (notSynced.has(uri)) continue;
      const version = documents.synced(file)?.version ?? undefined;
      const fingerprint = [version, ...findings.map(fingerprintOf)].join('\n');
      published.set(uri, fingerprint);
      if (this.#published.get(uri) === fingerprint) continue;
      const diagnostics = findings.flatMap((finding) =>
        this.#placesIn(finding).map((range) => this.#diagnostic(finding, range)),
      );
      this.#send({ uri, diagnostics, ...(version !== undefined && { version }) });
    }
    for (const [uri, before] of this.#published) {
      if (notSynced.has(uri)) published.set(uri, before);
      else if (!published.has(uri)) this.#send({ uri, diagnostics: [] });
    }
    this.#published = published;
  }

  /** The file that bears a finding: the archive where the editor cannot open a file inside it. */
  #fileOf(live: LiveFinding): string {
    const file = fileOf(live);
    return this.#context.client.opensMembers ? file : fileToOpen(file);
  }

  /** The ranges of a finding in the file that bears its diagnostics: one for each part of the caption that it is about. */
  #placesIn(live: LiveFinding): readonly Range[] {
    const isText = this.#context.client.opensMembers || !isArchived(fileOf(live));
    const ranges = isText ? findingRanges(live) : [];
    return ranges.length > 0 ? ranges : [FILE_START];
  }

  #send(message: { uri: string; version?: number; diagnostics: Diagnostic[] }): void {
    void this.#context.connection.sendDiagnostics(message);
  }

  #diagnostic(live: LiveFinding, range: Range): Diagnostic {
    const { findingsUri, client } = this.#context;
    const { finding, id } = live;
    // VS Code shows them in the hover too, where the reasons quote the partner of an exchange.
    const repeats = client.richHovers && finding.code === 'captions-swapped';
    const related = client.relatedInformation && !repeats ? this.#related(live) : [];
    return {
      range,
      severity: SEVERITY[finding.level],
      code: finding.code,
      codeDescription: { href: `${findingsUri}#${finding.code}` },
      source: 'pairlens',
      // The reasons are in the hover, once.
      message: visibleText(
        this.#context.client.opensMembers ? localize(finding.message) : messageOf(live),
      ),
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
    // The images of captions that are named are not named again, nor is the finding's own, which the hover shows.
    const named = new Set([finding.file, ...[pair, ...related].map((each) => each?.image)]);
    const images = finding.relatedFiles
      .filter((file) => !named.has(file))
      .map((file) => at(toAbsoluteFrom(root, file), FILE_START, file));
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

/** The message; with the name of the image where the diagnostic is on the archive of many. */
function messageOf(live: LiveFinding): string {
  const { finding, pair } = live;
  const said = localize(finding.message);
  const image = pair?.image ?? finding.image;
  return image === undefined || !isArchived(fileOf(live)) || said.includes(image)
    ? said
    : `${archiveMember(image)?.member ?? image}: ${said}`;
}

/** All inputs of a diagnostic as one string; comparing it is cheaper than building the diagnostic. */
function fingerprintOf(live: LiveFinding): string {
  const { id, finding, related } = live;
  return [
    id,
    finding.level,
    inEnglish(finding.message),
    finding.image,
    ...findingRanges(live).flatMap(placeOf),
    ...finding.relatedFiles,
    ...related.flatMap((other) => [other.captionPath, other.caption, ...placeOf(rangeOf(other))]),
  ].join('\0');
}

function placeOf({ start, end }: Range): number[] {
  return [start.line, start.character, end.line, end.character];
}
