import type { IndexPorts } from '../indexing/indexPorts.ts';
import type { OpenedDataset } from './openedDatasets.ts';

/** Work that must not overlap, one after the other. */
export class SerialQueue {
  #last: Promise<unknown> = Promise.resolve();

  run<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}

/** Lets what a person waits for go before long work: the latter asks at every step whether it may go on. */
export class ForegroundGate {
  #urgent = 0;
  #waiting: (() => void)[] = [];

  /** Runs something a person waits for. */
  async first<T>(work: () => Promise<T>): Promise<T> {
    this.#urgent++;
    try {
      return await work();
    } finally {
      this.#urgent--;
      if (this.#urgent === 0) for (const resume of this.#waiting.splice(0)) resume();
    }
  }

  /** One turn of the event loop, and as many more as people's requests need. */
  readonly pause = async (): Promise<void> => {
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#urgent > 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  };

  /** Ports whose decoding and encoding wait their turn. */
  behind<P extends IndexPorts>(ports: P): P {
    const { imageEncoder, textEncoder, reader } = ports;
    return {
      ...ports,
      reader: {
        read: async (bytes, size) => {
          await this.pause();
          return reader.read(bytes, size);
        },
      },
      imageEncoder: {
        modelId: imageEncoder.modelId,
        size: imageEncoder.size,
        batchSize: imageEncoder.batchSize,
        encode: async (images) => {
          await this.pause();
          return imageEncoder.encode(images);
        },
      },
      textEncoder: {
        modelId: textEncoder.modelId,
        batchSize: textEncoder.batchSize,
        encode: async (texts) => {
          await this.pause();
          return textEncoder.encode(texts);
        },
      },
    };
  }
}

/** How long after a change the pairs around it wait to be judged anew. */
const RESCORE_DELAY_MS = 60;

/** Judges the pairs around changed ones when nobody waits for anything else. */
export class BackgroundRescorer {
  readonly #gate: ForegroundGate;
  readonly #queue: SerialQueue;
  readonly #opened: () => readonly OpenedDataset[];
  readonly #onJudged: () => void;

  /** @param onJudged called after each step: findings may be others, though nothing moved visibly */
  constructor(
    priority: ForegroundGate,
    turns: SerialQueue,
    members: () => readonly OpenedDataset[],
    onJudged: () => void,
  ) {
    this.#gate = priority;
    this.#queue = turns;
    this.#opened = members;
    this.#onJudged = onJudged;
  }

  /** Resolves when nothing is left to judge: whether anything moved visibly. */
  async run(): Promise<boolean> {
    let visible = false;
    // A message leaves in a turn of the event loop: what is told of the change, and asked for then, goes first.
    await new Promise((resolve) => setTimeout(resolve, RESCORE_DELAY_MS));
    for (;;) {
      await this.#gate.pause();
      const moved = await this.#queue.run(() => Promise.resolve(this.#some()));
      if (moved === undefined) return visible;
      visible ||= moved;
    }
  }

  /** Whether what was judged moved visibly; undefined where nothing was left to judge. */
  #some(): boolean | undefined {
    const open = this.#opened().filter(({ dataset }) => dataset.hasDirtyPairs);
    if (open.length === 0) return undefined;
    const moved = open.map(({ dataset }) => dataset.rescoreBatch());
    this.#onJudged();
    return moved.includes(true);
  }
}
