/** What tests use of assemble.mjs. */
export const ASSEMBLED_FILE: string;
export function assembled(): Promise<string>;
