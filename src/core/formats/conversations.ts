import type { CaptionFile, CaptionFormat, FormatRow } from './captionFormat.ts';
import { imageColumns, isNamedForImages, namesImage } from './columnNames.ts';
import { type FileHead, holdsJsonLines, readHead } from './fileHead.ts';
import { recordLists } from './captionsJson.ts';
import { readJsonRecords } from './jsonRecords.ts';
import { editJsonString, readJsonLines, textOf } from './jsonRows.ts';
import type { JsonFields, JsonNode } from './jsonTree.ts';
import { writtenNames } from './recordPair.ts';
import { sentence } from '../text/sentence.ts';

/** Records used to detect the format. */
const LOOKED_AT = 20;

/**
 * Conversations about images, as a JSON list or JSON lines: `image` with `conversations` of `from` and `value` (LLaVA,
 * ShareGPT), `images` with `messages` of `role` and `content` (LLaMA-Factory, ms-swift), images in the parts of `content`
 * (Qwen-VL), `prefix` with `suffix` (PaliGemma). The assistant's turn that describes the only image is its caption.
 */
export const conversations: CaptionFormat = {
  id: 'conversations',
  title:
    'conversations about images, JSON or JSON Lines (LLaVA, ShareGPT, LLaMA-Factory, ms-swift, Qwen-VL)',
  layout: 'table',
  files: { extensions: ['json', 'jsonl', 'ndjson', 'jsonlines'] },
  images: 'search-stem',
  rows: 'json-strings',
  detect: (head) => {
    if (head.isJsonLines === undefined) return 0;
    if (head.isJsonLines) return isAboutImages(head.jsonLines, head) ? 0.95 : 0;
    return recordLists(head).some((records) => isAboutImages(records, head)) ? 0.95 : 0;
  },
  read,
  edit: editJsonString,
};

async function* read(file: CaptionFile): AsyncGenerator<FormatRow> {
  const { head, chunks } = await readHead(file);
  const whole = { ...file, chunks };
  if (holdsJsonLines(file.name, head)) {
    for await (const row of readJsonLines(whole)) {
      if ('kind' in row) yield row;
      else yield* rowsOf(row.fields, file);
    }
  } else {
    yield* readJsonRecords(whole, 'items', ({ node }) =>
      node.fields === undefined ? [] : rowsOf(node.fields, file),
    );
  }
}

function isAboutImages(records: readonly JsonFields[], { images }: FileHead): boolean {
  const some = records.slice(0, LOOKED_AT);
  // The head may end within the first record, before an answer.
  const talks = some.filter((fields) => turnsOf(fields) !== undefined);
  return (
    talks.length > 0 &&
    talks.length >= 0.5 * some.length &&
    talks.some((fields) => imagesOf(fields).some((name) => namesImage(name, images)))
  );
}

/** A message of a conversation. */
interface Turn {
  readonly from: 'person' | 'assistant' | 'other';
  /** The text node: the content itself, or the first text part. */
  readonly words: JsonNode | undefined;
  /** Images in the parts or in the text of the turn. */
  readonly images: readonly string[];
}

const ASSISTANT = /^(?:gpt|assistant|model|bot|chatbot|chatgpt|output|answer)$/i;
const PERSON = /^(?:human|user|person|input|question)$/i;

function turnsOf(fields: JsonFields): readonly Turn[] | undefined {
  const list = (fields.get('conversations') ?? fields.get('messages') ?? fields.get('conversation'))
    ?.items;
  if (list !== undefined) {
    // LLaMA-Factory's preferences: the answers are beside the conversation, the good one is `chosen`.
    const all = [...list, ...(fields.has('rejected') ? [fields.get('chosen')] : [])];
    const turns = all.flatMap((turn) => (turn?.fields === undefined ? [] : [turnOf(turn.fields)]));
    return turns.some(({ from }) => from !== 'other') ? turns : undefined;
  }
  // ms-swift's older form, and PaliGemma's.
  for (const [asked, answered] of [
    ['query', 'response'],
    ['prefix', 'suffix'],
  ] as const) {
    const answer = fields.get(answered);
    if (answer?.type !== 'string' || !fields.has(asked)) continue;
    return [
      { from: 'person', words: fields.get(asked), images: [] },
      { from: 'assistant', words: answer, images: [] },
    ];
  }
  return undefined;
}

function turnOf(turn: JsonFields): Turn {
  const role = textOf(turn.get('from') ?? turn.get('role')) ?? '';
  const content = turn.get('value') ?? turn.get('content');
  const parts = content?.items?.flatMap(({ fields }) => fields ?? []) ?? [];
  const words = content?.items === undefined ? content : textPart(parts);
  const inside = [...(textOf(words) ?? '').matchAll(/<img>(.*?)<\/img>/g)].map(
    ([, name = '']) => name,
  );
  return {
    from: ASSISTANT.test(role) ? 'assistant' : PERSON.test(role) ? 'person' : 'other',
    words: words?.type === 'string' ? words : undefined,
    images: [...parts.flatMap(partImages), ...inside],
  };
}

function textPart(parts: readonly JsonFields[]): JsonNode | undefined {
  return parts.map((part) => part.get('text')).find((text) => text?.type === 'string');
}

function partImages(part: JsonFields): readonly string[] {
  const found = part.get('image') ?? part.get('image_url') ?? part.get('image_path');
  return writtenNames(found).map(plainPath);
}

/** The images of a conversation, without repetitions in its text. */
function imagesOf(fields: JsonFields): readonly string[] {
  const own = imageColumns([...fields.keys()])
    .filter(isNamedForImages)
    .flatMap((column) => writtenNames(fields.get(column)));
  const told = (turnsOf(fields) ?? []).flatMap(({ images }) => images);
  return [...new Set((own.length > 0 ? own : told).map(plainPath))];
}

function plainPath(written: string): string {
  return written.replace(/^file:\/\/(?=\/|[^/])/i, '');
}

/** Requests for a description, as in published instruction sets. */
const DESCRIBE =
  /^cap\b|\b(?:describ\w*|descript\w*|caption\w*|depict\w*|summar\w*|narrat\w*)\b|\bwhat(?:'s|\s+is|\s+are|\s+do|\s+does|\s+can)?\b.*\b(?:image|picture|photo\w*|scene|shown?|see|here|happening)\b|\bwhat(?:'s|\s+is|\s+are)\s+(?:this|that|it|in\s+it|there)\b|\u63cf\u8ff0|\u4ecb\u7ecd|\u56fe\u4e2d|\u8fd9\u5f20/i;
/** Other tasks, with or without a question mark. */
const OTHER_TASK =
  /^(?:please\s+)?(?:detect|segment|locate|find|point|count|ocr|read|transcribe|extract|answer|translate|classify|solve|compute|calculate)\b/i;
/** Whether the answer describes the image: a description was requested, or nothing specific. */
function asksForCaption(question: string): boolean {
  const words = question
    .replace(/<[^<>\s]*>/g, '')
    .replace(/<img>.*?<\/img>/g, '')
    .trim();
  if (words === '' || DESCRIBE.test(words)) return true;
  return !OTHER_TASK.test(words) && !/[?\uff1f]/.test(words);
}

function* rowsOf(fields: JsonFields, file: CaptionFile): Generator<FormatRow> {
  const turns = turnsOf(fields);
  const images = imagesOf(fields);
  const [image, ...others] = images;
  if (turns === undefined) {
    yield { kind: 'unjudged', what: sentence('entries without a conversation'), images };
  } else if (image === undefined) {
    const aboutVideo = fields.has('video') || fields.has('videos');
    const what = aboutVideo
      ? sentence('conversations about videos')
      : sentence('conversations without an image');
    yield { kind: 'unjudged', what, images };
  } else if (others.length > 0) {
    yield { kind: 'unjudged', what: sentence('conversations about several images'), images };
  } else if (/^data:/i.test(image)) {
    yield {
      kind: 'unjudged',
      what: sentence('conversations with the image inside the file'),
      images: [],
    };
  } else yield* captionRows(turns, image, file, fields);
}

function* captionRows(
  turns: readonly Turn[],
  image: string,
  file: CaptionFile,
  fields: JsonFields,
): Generator<FormatRow> {
  const answers = turns.flatMap((turn, t) =>
    turn.from === 'assistant' && turn.words !== undefined
      ? [{ words: turn.words, question: textOf(turns[t - 1]?.words) ?? '' }]
      : [],
  );
  if (answers.length === 0) {
    const [at] = fields.values();
    yield {
      kind: 'problem',
      code: 'missing-caption',
      message: sentence('{0} has a conversation about {1} without an answer.', file.name, image),
      remedy: sentence('Add the turn of the assistant.'),
      image,
      ...(at === undefined ? {} : { range: at.range }),
    };
    return;
  }
  const judged =
    answers.find(({ question }) => DESCRIBE.test(question)) ??
    answers.slice(0, 1).find(({ question }) => asksForCaption(question));
  for (const { words } of answers) {
    if (words === judged?.words) {
      const split = textOf(fields.get('split'));
      yield {
        kind: 'caption',
        image,
        caption: textOf(words) ?? '',
        range: words.range,
        ...(split === undefined ? {} : { split }),
      };
    } else {
      yield { kind: 'unjudged', what: sentence('answers that describe no image'), images: [image] };
    }
  }
}
