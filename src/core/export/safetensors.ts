import { z } from 'zod';
import { packFloat16, unpackFloat16 } from '../float16.ts';

/*
 * Files of tensors in the safetensors format: the length of the header (8 bytes, little endian), the header as JSON with the
 * type, shape and place of each tensor, and their bytes. https://github.com/huggingface/safetensors#format
 */

/** Numbers with their shape; `half` ones are stored with 16 bits, the others with 64. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array | Float64Array;
}

export interface TensorFile {
  /** Values of the header that are no tensors. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: ReadonlyMap<string, Tensor>;
}

const LENGTH_BYTES = 8;
/** The header is padded with spaces to a multiple, so that tensors are aligned. */
const ALIGNMENT = 8;
const METADATA = '__metadata__';

const place = z.object({
  dtype: z.enum(['F16', 'F64']),
  shape: z.array(z.number().int().nonnegative()),
  data_offsets: z.tuple([z.number().int().nonnegative(), z.number().int().nonnegative()]),
});
const headerSchema = z
  .object({ [METADATA]: z.record(z.string(), z.string()).default({}) })
  .catchall(place);

/** The bytes of a file: 32-bit tensors are rounded to 16 bits, 64-bit ones are exact. */
export function safetensorsFile({ metadata, tensors }: TensorFile): Uint8Array {
  const header: Record<string, unknown> = { [METADATA]: metadata };
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const [name, { shape, data }] of tensors) {
    const values = data instanceof Float64Array ? data : packFloat16(data);
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    const dtype = data instanceof Float64Array ? 'F64' : 'F16';
    header[name] = { dtype, shape, data_offsets: [at, at + bytes.length] };
    parts.push(bytes);
    at += bytes.length;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const length = Math.ceil(json.length / ALIGNMENT) * ALIGNMENT;
  const file = new Uint8Array(LENGTH_BYTES + length + at).fill(0x20);
  new DataView(file.buffer).setBigUint64(0, BigInt(length), true);
  file.set(json, LENGTH_BYTES);
  let end = LENGTH_BYTES + length;
  for (const bytes of parts) {
    file.set(bytes, end);
    end += bytes.length;
  }
  return file;
}

/** Reads such a file. @throws Error in words for a user if it is none, or damaged. */
export function parseSafetensors(file: Uint8Array): TensorFile {
  if (file.length < LENGTH_BYTES) throw new Error('it is no safetensors file');
  const length = Number(
    new DataView(file.buffer, file.byteOffset, file.byteLength).getBigUint64(0, true),
  );
  if (length > file.length - LENGTH_BYTES) throw new Error('it is no safetensors file');
  const header = headerOf(file.subarray(LENGTH_BYTES, LENGTH_BYTES + length));
  const { [METADATA]: metadata, ...places } = header;
  const body = file.subarray(LENGTH_BYTES + length);
  const tensors = new Map<string, Tensor>();
  for (const [name, { dtype, shape, data_offsets }] of Object.entries(places)) {
    const [start, end] = data_offsets;
    const size = shape.reduce((product, side) => product * side, 1);
    if (end > body.length || end - start !== size * (dtype === 'F64' ? 8 : 2)) {
      throw new Error('it is cut off or damaged');
    }
    // Copied, so that each tensor is aligned and alone in its buffer: `slice` of Node's buffers copies nothing.
    const bytes = new Uint8Array(body.subarray(start, end));
    tensors.set(name, {
      shape,
      data: dtype === 'F64' ? new Float64Array(bytes.buffer) : halves(bytes),
    });
  }
  return { metadata, tensors };
}

function headerOf(bytes: Uint8Array): z.output<typeof headerSchema> {
  try {
    return headerSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    throw new Error('its header is damaged');
  }
}

function halves(bytes: Uint8Array): Float32Array {
  const values = new Float32Array(bytes.length / 2);
  unpackFloat16(new Uint16Array(bytes.buffer), values);
  return values;
}
