/**
 * Which models the examples use: those of the first provider whose key is there, else the local one.
 * The environment is an argument, so that only the program that starts the worker reads it.
 */
import type { LanguageModel } from 'ai';
import { languageModel } from './language-model';
import { localExtractive } from './local-extractive';
import type { ModelSize, Models } from './text-model';

export type Environment = Readonly<Record<string, string | undefined>>;

interface ProviderSettings {
  readonly apiKey: string;
  /** For a proxy that speaks the provider's language. */
  readonly baseURL?: string;
}

interface Provider {
  readonly name: string;
  readonly key: string;
  /** Variable that may name another address. */
  readonly address: string;
  readonly models: Readonly<Record<ModelSize, string>>;
  /** Loads the provider's package, which takes a while, when a block first needs it. */
  open(settings: ProviderSettings): Promise<(model: string) => LanguageModel>;
}

const PROVIDERS: readonly Provider[] = [
  {
    name: 'anthropic',
    key: 'ANTHROPIC_API_KEY',
    address: 'ANTHROPIC_BASE_URL',
    models: { small: 'claude-haiku-4-5', large: 'claude-sonnet-4-5' },
    open: async (settings) => (await import('@ai-sdk/anthropic')).createAnthropic(settings),
  },
  {
    name: 'openai',
    key: 'OPENAI_API_KEY',
    address: 'OPENAI_BASE_URL',
    models: { small: 'gpt-5-mini', large: 'gpt-5' },
    open: async (settings) => (await import('@ai-sdk/openai')).createOpenAI(settings),
  },
  {
    name: 'google',
    key: 'GOOGLE_GENERATIVE_AI_API_KEY',
    address: 'GOOGLE_GENERATIVE_AI_BASE_URL',
    models: { small: 'gemini-2.5-flash', large: 'gemini-2.5-pro' },
    open: async (settings) => (await import('@ai-sdk/google')).createGoogleGenerativeAI(settings),
  },
];

/** `EXAMPLE_MODEL_SMALL` and `EXAMPLE_MODEL_LARGE` name other models of the same provider. */
export function chooseModels(environment: Environment): Models {
  for (const { name, key, address, models, open } of PROVIDERS) {
    const apiKey = environment[key]?.trim();
    if (!apiKey) continue;
    const baseURL = environment[address]?.trim();
    const settings = baseURL ? { apiKey, baseURL } : { apiKey };
    const choose = (size: ModelSize) => {
      const id = environment[`EXAMPLE_MODEL_${size.toUpperCase()}`]?.trim() || models[size];
      return languageModel(`${name}/${id}`, async () => (await open(settings))(id));
    };
    return { small: choose('small'), large: choose('large') };
  }
  return { small: localExtractive('small'), large: localExtractive('large') };
}
