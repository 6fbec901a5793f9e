import type { PictureSize } from './trainer.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** The value as an object; undefined if it is none. */
export function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : undefined;
}

/** The objects of a list; none if the value is no list. */
export function listOf(value: unknown): Fields[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [];
  return list.flatMap((each): Fields[] => {
    const fields = fieldsOf(each);
    return fields === undefined ? [] : [fields];
  });
}

/** A field of the first of some objects that has it; the objects from the most specific on. */
export function inherited(name: string, ...places: readonly (Fields | undefined)[]): unknown {
  return places.find((place) => place?.[name] !== undefined)?.[name];
}

/** The value if all are equal; undefined if they differ or there is none. */
export function agreed<T>(values: readonly T[]): T | undefined {
  const [first, ...others] = values;
  const key = JSON.stringify(first);
  return others.every((other) => JSON.stringify(other) === key) ? first : undefined;
}

export function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function positive(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : undefined;
}

/** `.txt` or `txt` without the dot. */
export function extension(value: unknown): string | undefined {
  return text(value)?.replace(/^\./, '');
}

/** 512, or a pair of width and height. */
export function resolution(value: unknown): PictureSize | undefined {
  const sides: readonly unknown[] = Array.isArray(value) ? value : [value, value];
  const [width, height] = sides.map(positive);
  return width === undefined || height === undefined ? undefined : { width, height };
}
