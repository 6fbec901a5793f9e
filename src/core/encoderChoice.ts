/** Number formats of the weights of an encoder, as the names of its files say. */
export const PRECISIONS = ['fp32', 'fp16', 'int8', 'q4'] as const;
export type Precision = (typeof PRECISIONS)[number];

/** An encoder that is not the shipped one. */
export interface EncoderChoice {
  /** Its folder. */
  readonly path: string;
  /** Of several files the one to use; without it the most exact one. */
  readonly precision?: Precision | undefined;
}
