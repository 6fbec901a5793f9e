import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_LEVELS, type Levels } from '../../src/core/audit/rules.ts';
import { type PictureFacts, plainFacts } from '../../src/core/pictureFacts.ts';
import { inEnglish } from '../../src/core/text/sentence.ts';
import { auditDataset } from '../../src/engine/audit/auditDataset.ts';
import { encodingProblem } from '../../src/engine/discovery/trainerFiles.ts';
import { syntheticBank, syntheticWorld } from '../support/syntheticWorld.ts';

const reference = syntheticBank();

/** Audits 60 pairs, the captions of 7 and 20 exchanged, with other facts of some pictures. */
async function audited(
  facts: Readonly<Record<number, Partial<PictureFacts>>>,
  levels: Levels = DEFAULT_LEVELS,
) {
  const given = Array.from({ length: 60 }, (_, i) => i);
  [given[7], given[20]] = [20, 7];
  const { embedded } = syntheticWorld(60, { given, seed: 2 });
  const images = {
    ...embedded.images,
    facts: embedded.images.facts.map((known, i) => ({ ...known, ...facts[i] })),
  };
  return auditDataset({ ...embedded, images }, { levels, reference });
}

const about = (code: string, findings: Awaited<ReturnType<typeof audited>>['findings']) =>
  findings.filter((finding) => finding.code === code);

test('a blank and a cut-off picture are findings about the picture, not about its caption', async () => {
  const { findings, pairs } = await audited({ 7: { blank: 1 }, 20: { blank: 0.62 } });
  assert.deepEqual(
    about('blank-image', findings).map(({ image, message }) => [image, inEnglish(message)]),
    [
      ['7.jpg', 'The picture is one colour all over.'],
      ['20.jpg', 'The lower 62 % of the picture are one colour: it looks cut off.'],
    ],
  );
  for (const code of ['captions-swapped', 'caption-mismatch']) {
    const blamed = about(code, findings).map(({ image }) => image);
    assert.ok(!blamed.includes('7.jpg') && !blamed.includes('20.jpg'), `${code}: ${blamed.join()}`);
  }
  assert.deepEqual(pairs[7]?.findings, []);
});

test('a rule for blank pictures that is off hides nothing else', async () => {
  const { findings } = await audited(
    { 7: { blank: 1 } },
    { ...DEFAULT_LEVELS, 'blank-image': 'off' },
  );
  assert.ok(about('captions-swapped', findings).some(({ image }) => image === '7.jpg'));
});

const habits: readonly (readonly [string, Partial<PictureFacts>, Partial<PictureFacts>])[] = [
  ['trainer/exif-orientation', { orientation: 6 }, { orientation: 1 }],
  ['trainer/alpha', { hidden: 0.3 }, { hidden: 0.001 }],
  ['trainer/pillow-limit', plainFacts(14_000, 13_000), plainFacts(13_000, 13_700)],
];
for (const [code, seen, unseen] of habits) {
  test(`${code} is one finding that names what trainers do, and silent where they see the same`, async () => {
    const { findings } = await audited({ 3: seen, 5: seen });
    const [finding, ...others] = about(code, findings);
    assert.ok(finding);
    assert.deepEqual(others, []);
    assert.equal(finding.image, '3.jpg');
    assert.deepEqual(finding.relatedFiles, ['5.jpg']);
    assert.match(inEnglish(finding.message), /^2 pictures .* e\.g\. 3\.jpg\.$/);
    const alone = about(code, (await audited({ 3: seen })).findings);
    assert.match(inEnglish(alone[0]!.message), /^3\.jpg /);
    assert.deepEqual(about(code, (await audited({ 3: unseen })).findings), []);
  });
}

test('caption files that trainers cannot read are one finding for all', async () => {
  const { embedded } = syntheticWorld(30);
  const marked = (file: string) => encodingProblem(file, { encoding: 'utf-8', bom: true })!;
  const wide = encodingProblem('9.txt', { encoding: 'utf-16le', bom: true })!;
  const problems = [marked('4.txt'), wide, marked('2.txt')];
  const { findings } = await auditDataset(
    { ...embedded, dataset: { ...embedded.dataset, problems } },
    { levels: DEFAULT_LEVELS, reference },
  );
  assert.deepEqual(
    ['trainer/bom', 'trainer/utf-16'].flatMap((code) =>
      about(code, findings).map(({ file, relatedFiles, message }) => [
        ...[file, ...relatedFiles],
        inEnglish(message),
      ]),
    ),
    [
      ['2.txt', '4.txt', '2 caption files begin with a byte order mark, e.g. 2.txt.'],
      ['9.txt', '9.txt is UTF-16, at which trainers stop.'],
    ],
  );
});
