import { brokenFiles } from './brokenFiles.ts';
import { captionMismatch } from './captionMismatch.ts';
import { captionsShifted } from './captionsShifted.ts';
import { captionsSwapped } from './captionsSwapped.ts';
import { damagedPicture } from './damagedPicture.ts';
import type { Detector } from './detector.ts';
import { duplicateCaption } from './duplicateCaption.ts';
import { duplicatePictures } from './duplicatePictures.ts';
import { hardNegative } from './hardNegative.ts';
import { languageNotJudged } from './languageNotJudged.ts';
import { trainerCaptions } from './trainerCaptions.ts';
import { trainerGaps } from './trainerGaps.ts';
import { trainerBuckets } from './trainerBuckets.ts';
import { triggerWords } from './triggerWords.ts';
import { trainerTokens } from './trainerTokens.ts';
import { trainerPictures } from './trainerPictures.ts';
import { unsupportedWords } from './unsupportedWords.ts';

/** All detectors. To add one, create a file beside these and add a line here. */
export const DETECTORS: readonly Detector[] = [
  brokenFiles,
  captionMismatch,
  captionsShifted,
  captionsSwapped,
  duplicatePictures,
  duplicateCaption,
  hardNegative,
  unsupportedWords,
  languageNotJudged,
  damagedPicture,
  trainerPictures,
  trainerCaptions,
  trainerTokens,
  trainerGaps,
  trainerBuckets,
  triggerWords,
];
