import type { ColumnDecoder, DataReader } from 'hyparquet/src/types.js';
import { parquetHeader } from 'hyparquet/src/column.js';
import { decompressPage } from 'hyparquet/src/datapage.js';
import { getMaxDefinitionLevel, getMaxRepetitionLevel } from 'hyparquet/src/schema.js';
import { readVarInt } from 'hyparquet/src/thrift.js';

/** Values that writers may add to a bit-packed run, which has whole groups of eight: 63 groups are the most of one. */
const PADDING = 504;

type PageDecoder = Pick<ColumnDecoder, 'type' | 'schemaPath' | 'codec' | 'compressors'>;

/** As `checkRuns`. @returns the decoder for the same pages, which it does not unpack again */
export function withCheckedRuns<D extends PageDecoder>(bytes: Uint8Array, decoder: D): D {
  const { codec } = decoder;
  const unpacked = checkRuns(bytes, decoder);
  if (unpacked.size === 0 || codec === 'UNCOMPRESSED') return decoder;
  const taken = (packed: Uint8Array, size: number): Uint8Array =>
    unpacked.get(packed.byteOffset) ?? decompressPage(packed, size, codec, decoder.compressors);
  return { ...decoder, compressors: { ...decoder.compressors, [codec]: taken } };
}

/**
 * Checks the runs of levels and of dictionary indices in all pages of `bytes`: hyparquet repeats a value as often as its
 * run says, whatever the number of values of the page.
 * @returns the pages that were unpacked for it, by the place of their packed bytes
 * @throws RangeError if a run has more values than are left in its page
 */
export function checkRuns(
  bytes: Uint8Array,
  decoder: PageDecoder,
): ReadonlyMap<number, Uint8Array> {
  const { type, schemaPath, codec } = decoder;
  const repetitions = getMaxRepetitionLevel(schemaPath);
  const definitions = getMaxDefinitionLevel(schemaPath);
  const unpacked = new Map<number, Uint8Array>();
  const unpack = (packed: Uint8Array, size: number): Uint8Array => {
    const page = decompressPage(packed, size, codec, decoder.compressors);
    unpacked.set(packed.byteOffset, page);
    return page;
  };
  const reader = readerOf(bytes);
  while (reader.offset < bytes.length - 1) {
    const header = parquetHeader(reader);
    const packed = bytes.subarray(reader.offset, reader.offset + header.compressed_page_size);
    reader.offset += header.compressed_page_size;
    const { data_page_header: first, data_page_header_v2: second } = header;
    const size = header.uncompressed_page_size;
    if (first !== undefined) {
      const isIndexed = hasIndices(first.encoding);
      if (repetitions === 0 && definitions === 0 && !isIndexed) continue;
      const page = readerOf(unpack(packed, size));
      for (const most of [repetitions, definitions]) {
        if (most > 0) checkLevels(page, most, first.num_values);
      }
      if (isIndexed) checkValues(page, type, first.num_values);
    } else if (second !== undefined) {
      // Levels are not packed, and their lengths are in the header.
      const repeatsEnd = second.repetition_levels_byte_length;
      const levels = repeatsEnd + second.definition_levels_byte_length;
      const { num_values: values } = second;
      if (repetitions > 0) walkRuns(readerOf(packed), widthOf(repetitions), values);
      if (definitions > 0) {
        walkRuns(readerOf(packed.subarray(repeatsEnd)), widthOf(definitions), values);
      }
      if (!hasIndices(second.encoding)) continue;
      const rest = packed.subarray(levels);
      const isPacked = second.is_compressed !== false;
      const page = readerOf(isPacked ? unpack(rest, size - levels) : rest);
      checkValues(page, type, values);
    }
  }
  return unpacked;
}

function readerOf(bytes: Uint8Array): DataReader {
  return { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 };
}

function hasIndices(encoding: string): boolean {
  return encoding === 'PLAIN_DICTIONARY' || encoding === 'RLE_DICTIONARY' || encoding === 'RLE';
}

/** Bits of a level up to `most`. */
function widthOf(most: number): number {
  return 32 - Math.clz32(most);
}

/** Levels of a page of the first version, behind their length in bytes. */
function checkLevels(page: DataReader, most: number, values: number): void {
  const length = page.view.getUint32(page.offset, true);
  page.offset += 4;
  const start = page.offset;
  walkRuns(page, widthOf(most), values);
  page.offset = start + length;
}

/**
 * Indices into the dictionary, behind their width in bits, or truth values, behind their length. Nulls have none, so that
 * `values` is an upper bound.
 */
function checkValues(page: DataReader, type: PageDecoder['type'], values: number): void {
  if (type === 'BOOLEAN') {
    checkLevels(page, 1, values);
    return;
  }
  const width = page.view.getUint8(page.offset++);
  if (width > 0) walkRuns(page, width, values);
}

/** The hybrid of run lengths and bit packing (Parquet, encoding RLE), walked as hyparquet does. */
function walkRuns(reader: DataReader, width: number, values: number): void {
  const end = reader.view.byteLength;
  for (let seen = 0; seen < values && reader.offset < end;) {
    const header = readVarInt(reader);
    const count = header >>> 1;
    const isPacked = (header & 1) === 1;
    const most = values - seen + (isPacked ? PADDING : 0);
    const claimed = isPacked ? 8 * count : count;
    if (claimed > most) throw new RangeError('a run of more values than its page');
    seen += claimed;
    reader.offset += isPacked ? count * width : Math.ceil(width / 8);
  }
}
