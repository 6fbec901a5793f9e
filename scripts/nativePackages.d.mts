/** What tests use of nativePackages.mjs. */
export const NATIVE: readonly string[];
export const TARGETS: readonly string[];
export function shipsFile(packageName: string, file: string, target: string): boolean;
