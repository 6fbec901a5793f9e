/** A closed outline around the origin, at most 1 away from it. */
export type Outline = readonly (readonly [x: number, y: number])[];

/** How the points of a category look. The shape says what the colour says. */
export const LOOKS = [
  'none',
  'good',
  'fair',
  'poor',
  'one',
  'two',
  'three',
  'four',
  'five',
  'six',
  'others',
] as const;
export type Look = (typeof LOOKS)[number];

const CIRCLE = regular(20, 0.85);
const SMALL_CIRCLE = regular(16, 0.6);
const DIAMOND = regular(4, 1);
const SQUARE = regular(4, 1.05, Math.PI / 4);
const UP = regular(3, 1.1);
const DOWN = regular(3, 1.1, Math.PI);
const PLUS: Outline = plus(0);
const CROSS: Outline = plus(Math.PI / 4);

export const OUTLINES: Readonly<Record<Look, Outline>> = {
  none: SMALL_CIRCLE,
  good: CIRCLE,
  fair: DIAMOND,
  poor: UP,
  one: CIRCLE,
  two: SQUARE,
  three: UP,
  four: DIAMOND,
  five: PLUS,
  six: CROSS,
  others: DOWN,
};

/** A regular polygon, the first corner at the top. */
function regular(corners: number, radius: number, turn = 0): Outline {
  return Array.from({ length: corners }, (_, n) => {
    const angle = turn + (2 * Math.PI * n) / corners;
    return [radius * Math.sin(angle), -radius * Math.cos(angle)] as const;
  });
}

function plus(turn: number): Outline {
  const [long, short] = [1, 0.36];
  const corners = [
    [-short, -long],
    [short, -long],
    [short, -short],
    [long, -short],
    [long, short],
    [short, short],
    [short, long],
    [-short, long],
    [-short, short],
    [-long, short],
    [-long, -short],
    [-short, -short],
  ] as const;
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
  return corners.map(([x, y]) => [x * cos - y * sin, x * sin + y * cos] as const);
}

/** Whether a point lies within an outline (even-odd rule). */
export function isWithin(outline: Outline, x: number, y: number): boolean {
  let within = false;
  let previous = outline.at(-1);
  for (const corner of outline) {
    const [ax, ay] = corner;
    const [bx, by] = previous ?? corner;
    if (ay > y !== by > y && x < ax + ((y - ay) / (by - ay)) * (bx - ax)) within = !within;
    previous = corner;
  }
  return within;
}
