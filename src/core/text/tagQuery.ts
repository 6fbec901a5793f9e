import { tagKey } from './captionTags.ts';

/** The query (docs/cli.md#queries) for the pairs that have one of these tags. */
export function queryOfTags(tags: readonly string[]): string {
  return tags
    .map((tag) => `tag:"${tagKey(tag).replace(/[\\*]/gu, '\\$&').replace(/["\\]/gu, '\\$&')}"`)
    .join(' OR ');
}
