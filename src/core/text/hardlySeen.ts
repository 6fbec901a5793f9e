/**
 * Nouns that hardly tell the pictures whose captions name them from others, by the shipped encoder: no picture shows them, nearly
 * all do, or the encoder is blind to them. Written by `npm run measure -- hardly-seen` (docs/matchers.md).
 */
export const HARDLY_SEEN: ReadonlySet<string> = new Set(
  `adult african american arm arms bag barefoot blonde body clothes clothing course cut distance
  face feet gravel ground hands jackets jeans kid legs lone man metal object outdoors pants past
  person pile run safety shirt shoes skirt someone stick structure suit sweater sweatshirt tan
  tank watch watches`.split(/\s+/),
);
