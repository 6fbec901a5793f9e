/** What a key does in the review. */
export type TriageCommand =
  | { readonly kind: 'suggestion'; readonly number: number }
  | {
      readonly kind:
        | 'verified'
        | 'swap'
        | 'exclude'
        | 'next'
        | 'back'
        | 'edit'
        | 'leave'
        | 'apply'
        | 'undo'
        | 'open'
        | 'words'
        | 'help';
    };

/** The part of a keyboard event that decides. */
export interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}

/** Where the focus is: in a text field, on something Enter and Space press, or elsewhere. */
export type KeyPlace = 'field' | 'control' | 'page';

const LETTERS: Readonly<Record<string, TriageCommand>> = {
  v: { kind: 'verified' },
  s: { kind: 'swap' },
  x: { kind: 'exclude' },
  j: { kind: 'next' },
  k: { kind: 'back' },
  e: { kind: 'edit' },
  o: { kind: 'open' },
  z: { kind: 'undo' },
  w: { kind: 'words' },
  '?': { kind: 'help' },
};

/**
 * The command of a key press, undefined for keys that mean nothing here. In a field only Escape and Ctrl+Enter do;
 * keys with Ctrl, Alt or Meta stay the editor's.
 */
export function commandFor(press: KeyPress, place: KeyPlace): TriageCommand | undefined {
  const { key } = press;
  if (key === 'Enter' && (press.ctrlKey || press.metaKey)) return { kind: 'apply' };
  if (press.ctrlKey || press.metaKey || press.altKey) return undefined;
  if (key === 'Escape') return place === 'field' ? { kind: 'leave' } : undefined;
  if (place === 'field') return undefined;
  if (key === 'Enter') return place === 'control' ? undefined : { kind: 'edit' };
  if (/^[1-9]$/u.test(key)) return { kind: 'suggestion', number: Number(key) };
  return LETTERS[key.toLowerCase()];
}
