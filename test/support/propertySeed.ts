import fc from 'fast-check';

/*
 * Loaded before the files of a tier (scripts/test.mts): property tests make the random choices of TEST_SEED, so that one
 * commit passes or fails always. Without it, as when one file is run by hand, each run makes its own.
 */
const asked = process.env['TEST_SEED'] ?? '';
if (asked !== '') fc.configureGlobal({ seed: Number(asked) });
