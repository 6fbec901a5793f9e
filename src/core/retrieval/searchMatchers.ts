/** The matchers a search can rank by: those that correct each item by itself, so that candidates are all they need. */
export const SEARCH_MATCHERS = [
  'nnn',
  'cosine',
  'csls',
  'inverted-softmax',
  'dual-softmax',
] as const;

export type SearchMatcher = (typeof SEARCH_MATCHERS)[number];
