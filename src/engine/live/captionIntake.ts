import { type CancelSignal, throwIfCancelled } from '../../core/cancellation.ts';
import { toDatasetPath } from '../../core/dataset/paths.ts';
import { rowPatch } from '../../core/formats/rowPatch.ts';
import { captionFormat } from '../../core/formats/table.ts';
import type { FileSystem } from '../../core/ports.ts';
import { row } from '../../core/matching/matrix.ts';
import type { TextRecord } from '../embeddingRecord.ts';
import { indexCaptions } from '../indexCaptions.ts';
import type { LivePorts } from './livePorts.ts';
import type { Member } from './members.ts';
import { OpenDocuments } from './openDocuments.ts';
import { fileContent, readCaptionFile } from './readCaptionFile.ts';

/** Brings what a caption file says now into its dataset. */
export class CaptionIntake {
  readonly documents: OpenDocuments;
  readonly #ports: () => LivePorts;

  constructor(files: FileSystem, ports: () => LivePorts) {
    this.#ports = ports;
    this.documents = new OpenDocuments(files);
  }

  /** Reads a caption file of a dataset again and judges what changed. Whether it is one. */
  async take(
    { dataset, opened, files, texts }: Member,
    path: string,
    signal: CancelSignal | undefined,
  ): Promise<boolean> {
    const file = toDatasetPath(dataset.root, path);
    const kind = file === undefined ? undefined : files.get(file);
    if (file === undefined || kind === undefined) return false;
    const before = texts.get(file);
    const text = this.documents.get(path);
    if (kind.kind === 'table' && before !== undefined && text !== undefined) {
      const known = dataset.slots.captionsOf(file);
      const patch = await rowPatch(captionFormat(kind.format), file, before, text, known);
      const slots = patch && dataset.slotsOf(file, patch);
      if (patch !== undefined && slots !== undefined) {
        const unknown = dataset.unknownTexts(patch.rows.map(({ after }) => after.caption));
        const records = dataset.hasRoomFor(unknown.length)
          ? await this.encode(unknown, signal)
          : new Map<string, TextRecord>();
        throwIfCancelled(signal);
        dataset.applyPatch(file, patch, slots, records);
        texts.set(file, text);
        return true;
      }
    }
    const read = await readCaptionFile(
      this.documents.files,
      opened,
      dataset.root,
      file,
      kind,
      signal,
    );
    const content = fileContent(dataset.dataset, opened, file, kind, read);
    const captions = content.pairs.map(({ caption }) => caption);
    const unknown = dataset.unknownTexts(captions);
    // More than there is room for are left to the whole audit that has to follow.
    const records = dataset.hasRoomFor(unknown.length)
      ? await this.encode(unknown, signal)
      : new Map<string, TextRecord>();
    throwIfCancelled(signal);
    dataset.apply(content, records);
    // A text that came while this one was read may have been read in its place.
    if (text === undefined || this.documents.get(path) !== text) texts.delete(file);
    else texts.set(file, text);
    return true;
  }

  /** What the encoder says of some captions; of a blank one nothing. @throws PairLensError `cancelled`. */
  async encode(
    texts: readonly string[],
    signal: CancelSignal | undefined,
  ): Promise<Map<string, TextRecord>> {
    const wanted = texts.filter((text) => text.trim() !== '');
    if (wanted.length === 0) return new Map();
    const { table, rowOf } = await indexCaptions(wanted, this.#ports(), {
      ...(signal && { signal }),
    });
    return new Map(
      [...rowOf].map(([text, r]) => [
        text,
        { embedding: row(table.embedding, r), sentence: row(table.sentence, r) },
      ]),
    );
  }
}
