// How good are the judgements? Run on a dataset folder, they print their figures beside a baseline:
//   npm run measure -- DATASET [--kind random|swap|noun|shift] [--rate 0.4 ...] [--seeds 10] [--without csls]   wrong captions found
//   npm run measure -- one-topic DATASET... [--word WORD ...] [--foreign 0.05] [--swaps 0.05]   photos of one topic: false alarms
//   npm run measure -- suggestions DATASET... [--rate 0.05 ...] [--seeds 5] [--split NAME]   right captions suggested, swaps named
//   npm run measure -- shift DATASET... [--length 20] [--by 1 ...] [--seeds 20] [--split NAME]   runs whose captions moved along
//   npm run measure -- verdicts DATASET... [--kind noun] [--rate 0.1 ...] [--word WORD] [--answers 20] [--seeds 3]   what verdicts teach
//   npm run measure -- conflicts DATASET... [--copied 0.3] [--limit 400] [--seeds 3] [--split NAME]   conflicting captions of copies
//   npm run measure -- fit DATASET... [--case random:0.4 ...] [--seeds 3] [--split NAME]   what `pairlens fit` adds
//   npm run measure -- fit-verdicts DATASET... [--case random:0.25 ...] [--answers 60] [--seeds 3]   what verdicts teach a fit
//   npm run measure -- learnt DATASET... [--rate 0.1 ...] [--seeds 3] [--bank N ...] [--split NAME]   pairs judged by a model learnt from others
//   npm run measure -- search DATASET... [--limit 500] [--split NAME]   images found by the editor's search
//   npm run measure -- evidence DATASET... [--rate 0.1 ...] [--seeds 3] [--split NAME] [--print N]   words said to be seen or not
//   npm run measure -- hardly-seen DATASET [--below 0.75] [--write]   nouns that no picture is said to lack
//   npm run measure -- words DATASET [--cases 500] [--seed 0] [--split NAME] [--scan STEM]   wrong words found
//   npm run measure -- unsupported-words DATASET... [--rate 0.1 ...] [--seeds 3] [--split NAME]   words reported by the rule
//   npm run measure -- sentences DATASET... [--rate 0.1 ...] [--limit 500] [--split NAME]   foreign sentences found in long captions
//   npm run measure -- regions DATASET [--cases 400] [--seed 0] [--split NAME] [--scan STEM]   words found in the picture
//   npm run measure -- weights DATASET... [--rate 0.1 ...] [--seeds 1] [--split NAME]   weights of the scores that look for exchanges
//   npm run measure -- archives DATA [PAIRS] [ROWS]   the same pairs as files, tar and parquet; large archives
//   npm run measure -- files-entered   source files that an audit, a keystroke and a request enter
import { measureArchives } from './archives.ts';
import { measureConflicts } from './conflicts.ts';
import { measureEvidence } from './evidence.ts';
import { measureFilesEntered } from './filesEntered.ts';
import { measureFit } from './fit.ts';
import { measureFitVerdicts } from './fitVerdicts.ts';
import { measureHardlySeen } from './hardlySeen.ts';
import { measureLearnt } from './learnt.ts';
import { measureMismatch } from './mismatch.ts';
import { measureOneTopic } from './oneTopic.ts';
import { measureRegions } from './regions.ts';
import { measureSearch } from './search.ts';
import { measureSentences } from './sentences.ts';
import { measureShift } from './shift.ts';
import { measureSuggestions } from './suggestions.ts';
import { measureUnsupportedWords } from './unsupportedWords.ts';
import { measureVerdicts } from './verdicts.ts';
import { measureWeights } from './weights.ts';
import { measureWords } from './words.ts';

const args = process.argv.slice(2);
if (args[0] === 'one-topic') await measureOneTopic(args.slice(1));
else if (args[0] === 'suggestions') await measureSuggestions(args.slice(1));
else if (args[0] === 'shift') await measureShift(args.slice(1));
else if (args[0] === 'conflicts') await measureConflicts(args.slice(1));
else if (args[0] === 'archives') await measureArchives(args.slice(1));
else if (args[0] === 'files-entered') await measureFilesEntered();
else if (args[0] === 'fit') await measureFit(args.slice(1));
else if (args[0] === 'learnt') await measureLearnt(args.slice(1));
else if (args[0] === 'fit-verdicts') await measureFitVerdicts(args.slice(1));
else if (args[0] === 'hardly-seen') await measureHardlySeen(args.slice(1));
else if (args[0] === 'evidence') await measureEvidence(args.slice(1));
else if (args[0] === 'unsupported-words') await measureUnsupportedWords(args.slice(1));
else if (args[0] === 'search') await measureSearch(args.slice(1));
else if (args[0] === 'sentences') await measureSentences(args.slice(1));
else if (args[0] === 'verdicts') await measureVerdicts(args.slice(1));
else if (args[0] === 'weights') await measureWeights(args.slice(1));
else if (args[0] === 'words') await measureWords(args.slice(1));
else if (args[0] === 'regions') await measureRegions(args.slice(1));
else await measureMismatch(args);
