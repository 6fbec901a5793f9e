// Prints what CHANGELOG.md says of a version: node --import tsx scripts/releaseNotes.mts v0.2.0
import { readFile } from 'node:fs/promises';

/** The text below the heading of `version`; undefined where there is none. */
export function releaseNotes(changelog: string, version: string): string | undefined {
  const [, ...chapters] = changelog.split(/^## /m);
  const chapter = chapters.find((text) => /^\S+/.exec(text)?.[0] === version);
  return chapter?.slice(chapter.indexOf('\n')).trim();
}

if (process.argv[1] === import.meta.filename) {
  const version = (process.argv[2] ?? '').replace(/^v/, '');
  const notes = releaseNotes(await readFile('CHANGELOG.md', 'utf8'), version);
  if (notes === undefined) throw new Error(`CHANGELOG.md has no heading "## ${version}".`);
  console.log(notes);
}
