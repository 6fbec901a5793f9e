/** Columns of a table, or properties of JSON objects, that the user named for a caption file. */
export interface ColumnChoice {
  /** Detected if undefined. */
  readonly image?: string;
  /** Detected if empty. */
  readonly captions: readonly string[];
}
