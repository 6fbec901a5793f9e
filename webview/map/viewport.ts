import { MAP_REACH, type DatasetMap } from '../../src/protocol/mapShapes.ts';
import { isWithin, type Outline } from './shapes.ts';

/** Which part of a map is seen: its point (x, y) lies in the middle, and its width is `scale` pixels. */
export interface Viewport {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Points of a map. */
export type Points = Pick<DatasetMap, 'x' | 'y'>;

/** Share of the shorter side that the whole map takes. */
const FITTED = 0.9;
/** How many times closer than the whole map one can look. */
const CLOSEST = 200;

/** The whole map. */
export function fitted({ width, height }: Size): Viewport {
  return { x: 0.5, y: 0.5, scale: Math.max(1, Math.min(width, height) * FITTED) };
}

/** Moves what is seen by some pixels. */
export function panned(view: Viewport, right: number, down: number): Viewport {
  return {
    ...view,
    x: bounded(view.x - right / view.scale, 0, 1),
    y: bounded(view.y - down / view.scale, 0, 1),
  };
}

/** Magnifies what is seen; the point at a place of the screen stays there. */
export function zoomed(
  view: Viewport,
  factor: number,
  size: Size,
  at: readonly [left: number, top: number] = [size.width / 2, size.height / 2],
): Viewport {
  const whole = fitted(size).scale;
  const scale = bounded(view.scale * factor, whole / 2, whole * CLOSEST);
  const [left, top] = [at[0] - size.width / 2, at[1] - size.height / 2];
  return {
    x: bounded(view.x + left / view.scale - left / scale, 0, 1),
    y: bounded(view.y + top / view.scale - top / scale, 0, 1),
    scale,
  };
}

/** The part that shows a point in the middle if it is not seen yet. */
export function showing(view: Viewport, size: Size, points: Points, point: number): Viewport {
  const [left, top] = screenPlace(view, size, points, point);
  const isSeen = left >= 0 && top >= 0 && left < size.width && top < size.height;
  return isSeen ? view : { ...view, x: inMap(points.x[point]), y: inMap(points.y[point]) };
}

/** Where a point lies on the screen, in pixels. */
export function screenPlace(
  { x, y, scale }: Viewport,
  { width, height }: Size,
  points: Points,
  point: number,
): [left: number, top: number] {
  return [
    (inMap(points.x[point]) - x) * scale + width / 2,
    (inMap(points.y[point]) - y) * scale + height / 2,
  ];
}

/** The point nearest to a place of the screen, within some pixels. */
export function pointAt(
  view: Viewport,
  size: Size,
  points: Points,
  [left, top]: readonly [number, number],
  within: number,
): number | undefined {
  let nearest: number | undefined;
  let least = within * within;
  for (let point = 0; point < points.x.length; point++) {
    const [x, y] = screenPlace(view, size, points, point);
    const apart = (x - left) ** 2 + (y - top) ** 2;
    if (apart > least) continue;
    least = apart;
    nearest = point;
  }
  return nearest;
}

/** The points within an outline on the screen. */
export function pointsWithin(
  view: Viewport,
  size: Size,
  points: Points,
  outline: Outline,
): number[] {
  const lefts = outline.map(([left]) => left);
  const tops = outline.map(([, top]) => top);
  const [west, east] = [Math.min(...lefts), Math.max(...lefts)];
  const [north, south] = [Math.min(...tops), Math.max(...tops)];
  const within: number[] = [];
  for (let point = 0; point < points.x.length; point++) {
    const [x, y] = screenPlace(view, size, points, point);
    if (x < west || x > east || y < north || y > south) continue;
    if (isWithin(outline, x, y)) within.push(point);
  }
  return within;
}

/** Cosine of 45 degrees: what lies farther to the side is in another direction. */
const ASIDE = Math.SQRT1_2;

/** The nearest point in a direction from another; undefined if there is none. */
export function nextPoint(
  points: Points,
  from: number,
  [right, down]: readonly [number, number],
): number | undefined {
  const [x, y] = [points.x[from] ?? 0, points.y[from] ?? 0];
  let next: number | undefined;
  let least = Infinity;
  for (let point = 0; point < points.x.length; point++) {
    const [dx, dy] = [(points.x[point] ?? 0) - x, (points.y[point] ?? 0) - y];
    const along = dx * right + dy * down;
    const apart = Math.hypot(dx, dy);
    if (apart === 0 || apart >= least || along < apart * ASIDE) continue;
    least = apart;
    next = point;
  }
  return next;
}

function inMap(coordinate = 0): number {
  return coordinate / MAP_REACH;
}

function bounded(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
