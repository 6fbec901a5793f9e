import assert from 'node:assert/strict';
import { test } from 'node:test';
import { releaseNotes } from '../../scripts/releaseNotes.mts';

const CHANGELOG =
  '# Changelog\n\n## Unreleased\n\n- c\n\n## 0.2.0 (2026-01-02)\n\n### Added\n\n- b\n\n## 0.1.0\n\n- a\n';

test('the notes of a release are its chapter of the changelog', () => {
  assert.equal(releaseNotes(CHANGELOG, '0.2.0'), '### Added\n\n- b');
  assert.equal(releaseNotes(CHANGELOG, '0.1.0'), '- a');
  assert.equal(releaseNotes(CHANGELOG, '0.2'), undefined);
});
