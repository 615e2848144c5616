/** What a part of the bench hands back: named figures, tables for people, and what must be said beside them. */
export interface PartResult {
  readonly figures: Readonly<Record<string, number | null>>;
  readonly tables: readonly Table[];
  /** What a reader of the figures has to know, such as a yardstick that was replaced. */
  readonly notes: readonly string[];
}

export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}
