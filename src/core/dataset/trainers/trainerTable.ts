import type { TrainerId } from '../trainers.ts';
import { aiToolkit } from './aiToolkit.ts';
import { diffusionPipe } from './diffusionPipe.ts';
import { imageFolder } from './imageFolder.ts';
import { musubiTuner } from './musubiTuner.ts';
import { oneTrainer } from './oneTrainer.ts';
import { openClip } from './openClip.ts';
import { sdScripts } from './sdScripts.ts';
import { simpleTuner } from './simpleTuner.ts';
import type { Trainer } from './trainer.ts';

/** All trainers. To add one, create a file beside this one, and add a line here and to trainers.ts. */
const TRAINERS: Readonly<Record<TrainerId, Trainer>> = {
  'sd-scripts': sdScripts,
  onetrainer: oneTrainer,
  'ai-toolkit': aiToolkit,
  simpletuner: simpleTuner,
  'diffusion-pipe': diffusionPipe,
  'musubi-tuner': musubiTuner,
  imagefolder: imageFolder,
  'open-clip': openClip,
};

export const ALL_TRAINERS: readonly Trainer[] = Object.values(TRAINERS);

export function trainerOf(id: TrainerId): Trainer {
  return TRAINERS[id];
}
