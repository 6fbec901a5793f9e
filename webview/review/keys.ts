/** Commands of the review's keys. */
export type TriageCommand =
  | { readonly kind: 'suggestion'; readonly number: number }
  | {
      readonly kind:
        | 'verified'
        | 'swap'
        | 'ignore'
        | 'exclude'
        | 'next'
        | 'back'
        | 'edit'
        | 'leave'
        | 'apply'
        | 'undo'
        | 'open'
        | 'fix'
        | 'words'
        | 'merge'
        | 'different'
        | 'keep'
        | 'delete'
        | 'verify-all'
        | 'ignore-all'
        | 'exclude-all'
        | 'likely-all'
        | 'fix-all'
        | 'help';
    };

/** The properties of a KeyboardEvent that select a command. */
export interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

/** Focus: in a text field, on a control that Enter and Space activate, or elsewhere. */
export type KeyPlace = 'field' | 'control' | 'page';

const LETTERS: Readonly<Record<string, TriageCommand>> = {
  v: { kind: 'verified' },
  s: { kind: 'swap' },
  i: { kind: 'ignore' },
  x: { kind: 'exclude' },
  j: { kind: 'next' },
  k: { kind: 'back' },
  e: { kind: 'edit' },
  o: { kind: 'open' },
  f: { kind: 'fix' },
  z: { kind: 'undo' },
  w: { kind: 'words' },
  m: { kind: 'merge' },
  d: { kind: 'different' },
  '?': { kind: 'help' },
};

/** With Shift, for all findings of the chosen rule. */
const SHIFTED: Readonly<Record<string, TriageCommand>> = {
  v: { kind: 'verify-all' },
  i: { kind: 'ignore-all' },
  x: { kind: 'exclude-all' },
  l: { kind: 'likely-all' },
  f: { kind: 'fix-all' },
};

/**
 * The command of a key press; undefined for other keys. In a text field only Escape and Ctrl+Enter have commands;
 * other keys with Ctrl, Alt or Meta are left to the editor.
 */
export function commandFor(press: KeyPress, place: KeyPlace): TriageCommand | undefined {
  const { key } = press;
  if (key === 'Enter' && (press.ctrlKey || press.metaKey)) return { kind: 'apply' };
  if (press.ctrlKey || press.metaKey || press.altKey) return undefined;
  if (key === 'Escape') return place === 'field' ? { kind: 'leave' } : undefined;
  if (place === 'field') return undefined;
  if (key === 'Enter') return place === 'control' ? undefined : { kind: 'edit' };
  if (key === 'Delete') return { kind: 'delete' };
  if (/^[1-9]$/u.test(key)) return { kind: 'suggestion', number: Number(key) };
  const letter = key.toLowerCase();
  return (press.shiftKey ? SHIFTED[letter] : undefined) ?? LETTERS[letter];
}
