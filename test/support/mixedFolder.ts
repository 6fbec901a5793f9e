import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beside, each, json, lines, pictures, talk, zip, type Files } from './reportedSet.ts';
import { tourPhotos } from './tourPhotos.ts';

/** Longer than the 75 tokens that CLIP reads, by the words from here on. */
export const CUT_OFF = 'fine dust in the late evening light';

const LONG = [
  'sks dog, a small brown dog with a white chest and long ears stands on the wet stones beside a narrow creek',
  'between tall ferns, mossy trunks and fallen leaves, while its red collar and the water shine in the sun,',
  'and behind it a wooden bridge leads to a clearing with yellow flowers, a low fence, two grazing horses,',
  `an old blue cart and ${CUT_OFF}`,
].join(' ');

/** As long as a caption, so that the words of the table do not tell which column is one. */
const headline = (name: string): string => `Order your new ${name} today with free delivery`;

/**
 * Fills a folder as somebody has it after downloading from several places: a table whose caption column is unclear, a list of
 * conversations whose images are still packed, a LoRA folder with one caption too long, and a picture in train and val.
 */
export async function fillMixedFolder(folder: string): Promise<void> {
  const photos = await tourPhotos();
  const shop = photos.slice(0, 4);
  const lora = photos.slice(4, 8);
  const split = photos.slice(8, 12);
  const [leak] = split;
  if (leak === undefined) throw new Error('There are no photos.');
  const files: Files = {
    ...pictures(shop, ({ name }) => `shop/${name}.jpg`),
    'shop/listing.csv': lines([
      'sku,picture,headline,blurb',
      ...shop.map(({ name, caption }, i) => `${100 + i},${name}.jpg,${headline(name)},${caption}`),
    ]),
    'chat/llava_train.json': json(
      photos.map(({ name, caption }) => ({
        id: name,
        image: `images/${name}_full.jpg`,
        conversations: talk(caption).map(({ role, content }) => ({
          from: role === 'user' ? 'human' : 'gpt',
          value: content,
        })),
      })),
    ),
    'chat/images.zip': zip(Buffer.from('packed')),
    ...beside(lora, 'lora/10_sks dog/'),
    ...each(lora, ({ name, caption }, i) => [
      `lora/10_sks dog/${name}.txt`,
      i === 0 ? LONG : `sks dog, ${caption}`,
    ]),
    ...beside(split.slice(0, 3), 'split/train/'),
    ...beside(split.slice(3), 'split/val/'),
    'split/val/copy.jpg': leak.jpeg,
    'split/val/copy.txt': leak.caption,
  };
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(folder, name);
    await mkdir(path.dirname(file), { recursive: true });
    if (typeof content === 'string' || Buffer.isBuffer(content)) await writeFile(file, content);
  }
}
