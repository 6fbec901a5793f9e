import { sentence } from '../text/sentence.ts';

/** What an audit cannot do with an encoder that has no reference pairs and class names: any but the shipped ones. */
export const WITHOUT_REFERENCE = sentence(
  'This encoder has no reference pairs and no class names, which only the one inside has. A caption that fits no picture here is found only as far as it looks like one exchanged within the dataset, and class names give no second opinion on pictures.',
);
