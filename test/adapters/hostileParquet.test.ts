import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CompressionCodec, FileMetaData, PageHeader } from 'hyparquet';
import { ByteWriter } from 'hyparquet-writer';
import { writePageHeader } from 'hyparquet-writer/src/datapage.js';
import { writeMetadata } from 'hyparquet-writer/src/metadata.js';
import { withArchives } from '../../src/adapters/archiveFiles.ts';
import { inEnglish } from '../../src/core/text/sentence.ts';
import { lookInto } from '../../src/engine/discovery/openDatasets.ts';
import { memoryFiles } from '../support/memoryFiles.ts';

/* Parquet files that claim or unpack to far more than they hold: no memory for it, and a clear word. */

interface Claims {
  readonly codec: CompressionCodec;
  readonly pages: readonly { readonly header: Partial<PageHeader>; readonly bytes: Uint8Array }[];
  /** Of the whole column. */
  readonly unpacked: number;
  readonly values: number;
  /** Whether values may be null, so that pages have definition levels. */
  readonly isOptional?: true;
}

/** A file of one column of texts whose headers say what they are told to. */
function fileOf({ codec, pages, unpacked, values, isOptional }: Claims): Uint8Array {
  const writer = new ByteWriter();
  const magic = new TextEncoder().encode('PAR1');
  writer.appendBytes(magic);
  for (const { header, bytes } of pages) {
    writePageHeader(writer, {
      type: 'DATA_PAGE',
      uncompressed_page_size: bytes.length,
      compressed_page_size: bytes.length,
      ...header,
    });
    writer.appendBytes(bytes);
  }
  const total = BigInt(writer.offset - 4);
  const begin = writer.offset;
  const count = BigInt(values);
  const metadata: FileMetaData = {
    version: 2,
    schema: [
      { name: 'root', num_children: 1 },
      {
        name: 'caption',
        type: 'BYTE_ARRAY',
        converted_type: 'UTF8',
        repetition_type: isOptional ? 'OPTIONAL' : 'REQUIRED',
      },
    ],
    num_rows: count,
    row_groups: [
      {
        columns: [
          {
            file_offset: 0n,
            meta_data: {
              type: 'BYTE_ARRAY',
              encodings: ['PLAIN'],
              path_in_schema: ['caption'],
              codec,
              num_values: count,
              total_uncompressed_size: BigInt(unpacked),
              total_compressed_size: total,
              data_page_offset: 4n,
            },
          },
        ],
        total_byte_size: total,
        num_rows: count,
      },
    ],
    metadata_length: 0,
  };
  writeMetadata(writer, metadata);
  writer.appendUint32(writer.offset - begin);
  writer.appendBytes(magic);
  return new Uint8Array(writer.getBuffer());
}

const dataHeader = (values: number): Pick<PageHeader, 'data_page_header'> => ({
  data_page_header: {
    num_values: values,
    encoding: 'PLAIN',
    definition_level_encoding: 'RLE',
    repetition_level_encoding: 'RLE',
  },
});

/** A Zstandard frame of a few bytes that unpacks to `blocks` times 128 KB. */
function bomb(blocks: number): Uint8Array {
  const size = Buffer.alloc(4);
  size.writeUInt32LE(blocks * 131_072);
  const block = (isLast: boolean): Buffer => {
    const head = Buffer.alloc(4);
    // Last or not, a run of one byte, its length; then the byte, which is zero.
    head.writeUIntLE(Number(isLast) | (1 << 1) | (131_072 << 3), 0, 3);
    return head;
  };
  const head = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0b1010_0000]);
  return Buffer.concat([
    head,
    size,
    ...Array.from({ length: blocks }, (_, i) => block(i === blocks - 1)),
  ]);
}

const text = Buffer.from([5, 0, 0, 0, ...Buffer.from('a dog')]);
const GIGABYTES = 2 ** 31 - 1;
/** Indices of one bit: 2^30 times the first entry. */
const RUN = Buffer.from([1, 0x80, 0x80, 0x80, 0x80, 0x08, 0]);

const files: readonly (readonly [title: string, claims: Claims, what: string])[] = [
  [
    'a page that claims more than its column',
    {
      codec: 'SNAPPY',
      pages: [{ header: { ...dataHeader(1), uncompressed_page_size: GIGABYTES }, bytes: text }],
      unpacked: 100,
      values: 1,
    },
    'is damaged or cut off',
  ],
  [
    'a page that claims gigabytes, as its column does',
    {
      codec: 'SNAPPY',
      pages: [{ header: { ...dataHeader(1), uncompressed_page_size: GIGABYTES }, bytes: text }],
      unpacked: 2 * GIGABYTES,
      values: 1,
    },
    'has a page that unpacks to 2048 MB, more than 1024 MB',
  ],
  [
    'dictionaries one behind the other that claim billions of entries',
    {
      codec: 'UNCOMPRESSED',
      pages: [
        ...[1, 2, 3].map(() => ({
          header: {
            type: 'DICTIONARY_PAGE' as const,
            dictionary_page_header: {
              num_values: GIGABYTES,
              encoding: 'PLAIN' as const,
              is_sorted: false,
            },
          },
          bytes: text,
        })),
        { header: dataHeader(1), bytes: text },
      ],
      unpacked: 1000,
      values: 1,
    },
    'is damaged or cut off',
  ],
  ...(['RLE_DICTIONARY', 'PLAIN_DICTIONARY'] as const).map((encoding): (typeof files)[number] => [
    `a run of a billion indices in a page of nine values, ${encoding}`,
    {
      codec: 'UNCOMPRESSED',
      pages: [
        {
          header: {
            type: 'DICTIONARY_PAGE',
            dictionary_page_header: { num_values: 1, encoding: 'PLAIN', is_sorted: false },
          },
          bytes: text,
        },
        {
          header: { data_page_header: { ...dataHeader(9).data_page_header!, encoding } },
          bytes: RUN,
        },
      ],
      unpacked: 1000,
      values: 9,
    },
    'is damaged or cut off',
  ]),
  [
    'a run of a billion definition levels in a page of nine values',
    {
      codec: 'UNCOMPRESSED',
      isOptional: true,
      pages: [{ header: dataHeader(9), bytes: Buffer.from([6, 0, 0, 0, ...RUN.subarray(1)]) }],
      unpacked: 1000,
      values: 9,
    },
    'is damaged or cut off',
  ],
  [
    'a frame that unpacks to 2 GB where its page says 64 KB',
    {
      codec: 'ZSTD',
      pages: [
        { header: { ...dataHeader(9), uncompressed_page_size: 65_536 }, bytes: bomb(16_000) },
      ],
      unpacked: 65_536,
      values: 9,
    },
    'a parquet table with the columns caption: none of them is known as a caption',
  ],
];

for (const [title, claims, what] of files) {
  test(`${title}: named, in a bounded memory`, async () => {
    const bytes = fileOf(claims);
    const before = process.resourceUsage().maxRSS;
    const entries = { 'a.parquet': bytes, 'b.jpg': 'x', 'b.txt': 'a dog' };
    const { datasets, inventory } = await lookInto(withArchives(memoryFiles('/d', entries)), '/d');
    const grown = (process.resourceUsage().maxRSS - before) / 1024;
    assert.ok(grown < 256, `${grown.toFixed(0)} MB more`);
    assert.equal(datasets.flatMap(({ pairs }) => pairs).length, 1);
    const said = [
      ...inventory.unread.map((entry) => inEnglish(entry.what)),
      ...datasets.flatMap(({ problems }) => problems.map(({ message }) => inEnglish(message))),
    ];
    assert.ok(
      said.some((words) => words.includes(what)),
      said.join('\n'),
    );
  });
}
