import type { IndexPorts } from '../indexPorts.ts';

/** Lets what a person waits for go before long work: the latter asks at every step whether it may go on. */
export class Priority {
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
