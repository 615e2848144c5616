/**
 * What the example agents ask of a model. Two kinds answer it: a language model at a provider, and
 * `local-extractive`, which only picks sentences and adds up tables and says so in its name.
 */

/** What an agent's user chooses, and what the blocks' prices go by. */
export const MODEL_SIZES = ['small', 'large'] as const;
export type ModelSize = (typeof MODEL_SIZES)[number];
export type Models = Readonly<Record<ModelSize, TextModel>>;

export interface TextModel {
  /** As people see it, such as `anthropic/claude-haiku-4-5` or `local-extractive`. */
  readonly name: string;
  summarise(document: DocumentText, call: ModelCall): Promise<Written>;
  writeDigest(summaries: readonly DocumentText[], call: ModelCall): Promise<Written>;
  answer(question: string, table: Table, call: ModelCall): Promise<Written>;
}

export interface DocumentText {
  readonly title: string;
  readonly text: string;
}

export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly Readonly<Record<string, string>>[];
}

export interface ModelCall {
  readonly signal?: AbortSignal;
}

export interface Written {
  readonly text: string;
  /** As the provider counted them; absent when nothing counts tokens. */
  readonly tokens?: number;
}
