const CAPACITY = 50_000;

/** `hash`, remembered: the same findings are named after every keystroke. */
export function rememberedHash(hash: (text: string) => string): (text: string) => string {
  const known = new Map<string, string>();
  return (text) => {
    let value = known.get(text);
    if (value === undefined) {
      if (known.size >= CAPACITY) known.clear();
      value = hash(text);
      known.set(text, value);
    }
    return value;
  };
}
