/** Matchers available for search: those that correct each item independently, so that only candidates are needed. */
export const SEARCH_MATCHERS = [
  'nnn',
  'cosine',
  'csls',
  'inverted-softmax',
  'dual-softmax',
] as const;

export type SearchMatcher = (typeof SEARCH_MATCHERS)[number];

export function isSearchMatcher(id: string): id is SearchMatcher {
  return (SEARCH_MATCHERS as readonly string[]).includes(id);
}
