/** A text in memory as the chunks that a reader of files takes. */
export async function* oneChunk(text: string): AsyncGenerator<string> {
  await Promise.resolve();
  yield text;
}
