/** What `pairlens fit` and editors fit with, unless the command line says otherwise. */
export const FIT_DEFAULTS = { rounds: 3, folds: 5, seed: 0 } as const;
