import type { IndexPorts } from '../indexing/indexPorts.ts';
import { nextTurn } from './nextTurn.ts';
import { calibrateAgain } from './verdicts.ts';
import type { OpenedDataset } from './openedDatasets.ts';

/** Runs async functions one after the other. */
export class SerialQueue {
  #last: Promise<unknown> = Promise.resolve();

  run<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => undefined);
    return result;
  }
}

/** Gives user requests priority: background work awaits `pause` at every step. */
export class ForegroundGate {
  #urgent = 0;
  #waiting: (() => void)[] = [];

  /** Runs a user request. */
  async first<T>(work: () => Promise<T>): Promise<T> {
    this.#urgent++;
    try {
      return await work();
    } finally {
      this.#urgent--;
      if (this.#urgent === 0) for (const resume of this.#waiting.splice(0)) resume();
    }
  }

  /** Yields to the event loop, and waits until no user request is running. */
  readonly pause = async (): Promise<void> => {
    await nextTurn();
    while (this.#urgent > 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  };

  /** Ports whose decoding and encoding await `pause` first. */
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

/** Delay between a change and the rescoring of dirty pairs. */
const RESCORE_DELAY_MS = 60;

/** Rescores dirty pairs while no user request is running. */
export class BackgroundRescorer {
  readonly #gate: ForegroundGate;
  readonly #queue: SerialQueue;
  readonly #opened: () => readonly OpenedDataset[];
  readonly #onJudged: () => void;

  /** @param onJudged called after each batch: findings may have changed even if no score changed visibly. */
  constructor(
    gate: ForegroundGate,
    queue: SerialQueue,
    openedDatasets: () => readonly OpenedDataset[],
    onJudged: () => void,
  ) {
    this.#gate = gate;
    this.#queue = queue;
    this.#opened = openedDatasets;
    this.#onJudged = onJudged;
  }

  /** Runs until no pair is dirty and no dataset was calibrated with scores that were. Resolves to whether anything changed visibly. */
  async run(): Promise<boolean> {
    let visible = false;
    // Wait until the change notification is sent, so that the client's requests after it run first.
    await new Promise((resolve) => setTimeout(resolve, RESCORE_DELAY_MS));
    for (;;) {
      await this.#gate.pause();
      const moved = await this.#queue.run(() => Promise.resolve(this.#rescoreSome()));
      if (moved !== undefined) visible ||= moved;
      else if (!(await this.#calibrateAgain())) return visible;
    }
  }

  /** Calibrates datasets again that were calibrated before all scores were known. Whether there were any. */
  async #calibrateAgain(): Promise<boolean> {
    const early = this.#opened().filter(({ dataset }) => dataset.calibratedEarly);
    for (const { dataset } of early) await this.#queue.run(() => calibrateAgain(dataset));
    return early.length > 0;
  }

  /** Whether the batch changed anything visibly; undefined if no pair was dirty. */
  #rescoreSome(): boolean | undefined {
    const open = this.#opened().filter(({ dataset }) => dataset.hasDirtyPairs);
    if (open.length === 0) return undefined;
    const moved = open.map(({ dataset }) => dataset.rescoreBatch());
    this.#onJudged();
    return moved.includes(true);
  }
}
