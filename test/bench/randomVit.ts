import { closeSync, openSync, writeSync } from 'node:fs';
import { seeded } from '../support/randomVectors.ts';

/*
 * CLIP ViT-B/32's image tower (Radford et al. 2021: 12 layers, width 768, 12 heads, patches of 32 pixels, 224 x 224,
 * 512-d output; 88 million weights) with random weights, written as ONNX: what users would run otherwise.
 */
const [WIDTH, HEADS, LAYERS, PATCH, SIDE, OUT] = [768, 12, 12, 32, 224, 512];
const TOKENS = (SIDE / PATCH) ** 2 + 1;
const HEAD = WIDTH / HEADS;
const [FLOAT, INT64, UINT8] = [1, 7, 2];

/** Fields of onnx.proto3, as much as this graph needs. */
const varint = (value: number): Buffer => {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    bytes.push(rest < 128 ? rest : (rest % 128) + 128);
    if (rest < 128) return Buffer.from(bytes);
  }
};
const number = (field: number, value: number): Buffer =>
  Buffer.concat([varint(field * 8), varint(value)]);
const bytes = (field: number, ...parts: readonly (Buffer | string)[]): Buffer => {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part)));
  return Buffer.concat([varint(field * 8 + 2), varint(body.length), body]);
};
const integer = (name: string, value: number): Buffer =>
  bytes(5, bytes(1, name), number(3, value), number(20, 2));
const integers = (name: string, values: readonly number[]): Buffer =>
  bytes(5, bytes(1, name), ...values.map((value) => number(8, value)), number(20, 7));
const tensor = (name: string, type: number, dims: readonly number[], raw: Buffer): Buffer =>
  bytes(5, ...dims.map((dim) => number(1, dim)), number(2, type), bytes(8, name), bytes(9, raw));
const port = (field: number, name: string, type: number, dims: readonly number[]): Buffer =>
  bytes(
    field,
    bytes(1, name),
    bytes(
      2,
      bytes(
        1,
        number(1, type),
        bytes(2, ...[bytes(1, bytes(2, 'B')), ...dims.map((dim) => bytes(1, number(1, dim)))]),
      ),
    ),
  );

class Graph {
  readonly parts: Buffer[] = [];
  readonly #random = seeded(7);
  #names = 0;

  node(op: string, inputs: readonly string[], ...attributes: readonly Buffer[]): string {
    const output = `${op}${this.#names++}`;
    const wires = inputs.map((input) => bytes(1, input));
    this.parts.push(bytes(1, ...wires, bytes(2, output), bytes(4, op), ...attributes));
    return output;
  }

  weights(...dims: readonly number[]): string {
    const values = new Float32Array(dims.reduce((product, dim) => product * dim, 1));
    for (let i = 0; i < values.length; i++) values[i] = (this.#random() - 0.5) * 0.06;
    return this.#initializer(FLOAT, dims, Buffer.from(values.buffer));
  }

  scalar(value: number): string {
    return this.#initializer(FLOAT, [], Buffer.from(new Float32Array([value]).buffer));
  }

  shape(...dims: readonly number[]): string {
    const values = BigInt64Array.from(dims, BigInt);
    return this.#initializer(INT64, [dims.length], Buffer.from(values.buffer));
  }

  linear(x: string, from: number, to: number): string {
    return this.node('Add', [this.node('MatMul', [x, this.weights(from, to)]), this.weights(to)]);
  }

  norm(x: string): string {
    const scales = [this.weights(WIDTH), this.weights(WIDTH)];
    return this.node('LayerNormalization', [x, ...scales], integer('axis', 2));
  }

  heads(x: string, order: readonly number[]): string {
    const split = this.node('Reshape', [x, this.shape(0, TOKENS, HEADS, HEAD)]);
    return this.node('Transpose', [split], integers('perm', order));
  }

  #initializer(type: number, dims: readonly number[], raw: Buffer): string {
    const name = `w${this.#names++}`;
    this.parts.push(tensor(name, type, dims, raw));
    return name;
  }
}

function attention(g: Graph, x: string): string {
  const [q, k, v] = [
    g.heads(g.linear(x, WIDTH, WIDTH), [0, 2, 1, 3]),
    g.heads(g.linear(x, WIDTH, WIDTH), [0, 2, 3, 1]),
    g.heads(g.linear(x, WIDTH, WIDTH), [0, 2, 1, 3]),
  ];
  const scores = g.node('Mul', [g.node('MatMul', [q, k]), g.scalar(HEAD ** -0.5)]);
  const mixed = g.node('MatMul', [g.node('Softmax', [scores], integer('axis', 3)), v]);
  const joined = g.node('Transpose', [mixed], integers('perm', [0, 2, 1, 3]));
  return g.linear(g.node('Reshape', [joined, g.shape(0, TOKENS, WIDTH)]), WIDTH, WIDTH);
}

function perceptron(g: Graph, x: string): string {
  const hidden = g.linear(x, WIDTH, 4 * WIDTH);
  const gate = g.node('Sigmoid', [g.node('Mul', [hidden, g.scalar(1.702)])]);
  return g.linear(g.node('Mul', [hidden, gate]), 4 * WIDTH, WIDTH);
}

/** Writes the graph: `pixels` uint8 (B, 224, 224, 3) to `embedding` float32 (B, 512). */
export function writeRandomVit(file: string): void {
  const g = new Graph();
  const pixels = g.node('Cast', ['pixels'], integer('to', FLOAT));
  const scaled = g.node('Div', [pixels, g.scalar(255)]);
  const planes = g.node('Transpose', [scaled], integers('perm', [0, 3, 1, 2]));
  const patches = g.node(
    'Conv',
    [planes, g.weights(WIDTH, 3, PATCH, PATCH)],
    integers('strides', [PATCH, PATCH]),
    integers('kernel_shape', [PATCH, PATCH]),
  );
  const rows = g.node('Reshape', [patches, g.shape(0, WIDTH, TOKENS - 1)]);
  const tokens = g.node('Transpose', [rows], integers('perm', [0, 2, 1]));
  // The class token has a row of its own; here the mean patch stands in for it, which costs the same.
  const first = g.node('ReduceMean', [tokens], integers('axes', [1]));
  const sequence = g.node('Concat', [first, tokens], integer('axis', 1));
  let x = g.norm(g.node('Add', [sequence, g.weights(1, TOKENS, WIDTH)]));
  for (let layer = 0; layer < LAYERS; layer++) {
    x = g.node('Add', [x, attention(g, g.norm(x))]);
    x = g.node('Add', [x, perceptron(g, g.norm(x))]);
  }
  const token = g.node('Slice', [g.norm(x), g.shape(0), g.shape(1), g.shape(1)]);
  const flat = g.node('Reshape', [token, g.shape(-1, WIDTH)]);
  const projected = g.node('MatMul', [flat, g.weights(WIDTH, OUT)]);
  const embedding = bytes(1, bytes(1, projected), bytes(2, 'embedding'), bytes(4, 'Identity'));
  const graph = [
    ...g.parts,
    embedding,
    bytes(2, 'random-vit-b32'),
    port(11, 'pixels', UINT8, [SIDE, SIDE, 3]),
    port(12, 'embedding', FLOAT, [OUT]),
  ];
  const length = graph.reduce((sum, part) => sum + part.length, 0);
  const out = openSync(file, 'w');
  try {
    const opset = bytes(8, number(2, 17));
    for (const part of [number(1, 8), opset, varint(7 * 8 + 2), varint(length), ...graph]) {
      writeSync(out, part);
    }
  } finally {
    closeSync(out);
  }
}
