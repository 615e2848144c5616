/**
 * The examples use the first provider whose key is there, report the tokens it counted, and fall back
 * to a model that says of itself that it is local.
 */
import { chooseModels } from '../../../examples/models/choose-models';
import { startProviderStandIn, TEXT, TOKENS, type ProviderStandIn } from './provider-stand-in';

const document = { title: 'README.md', text: 'We roast coffee.' };

let provider: ProviderStandIn;
beforeAll(async () => {
  provider = await startProviderStandIn();
});
afterAll(() => provider.close());

it.each([
  ['ANTHROPIC_API_KEY', 'anthropic/claude-haiku-4-5', /^\/anthropic\/messages/],
  ['OPENAI_API_KEY', 'openai/gpt-5-mini', /^\/openai\/responses/],
  [
    'GOOGLE_GENERATIVE_AI_API_KEY',
    'google/gemini-2.5-flash',
    /^\/google\/models\/gemini-2.5-flash/,
  ],
])('asks the provider of %s', async (key, name, path) => {
  const { small } = chooseModels({ ...provider.addresses, [key]: 'good' });
  expect(small.name).toBe(name);
  expect(await small.summarise(document, {})).toEqual({ text: TEXT, tokens: TOKENS });
  const asked = provider.requests.at(-1);
  expect(asked?.path).toMatch(path);
  expect(asked?.body).toContain('We roast coffee.');
});

it('gives the rows of a table to the model as CSV', async () => {
  const { large } = chooseModels({ ...provider.addresses, ANTHROPIC_API_KEY: 'good' });
  const table = { columns: ['city', 'sales'], rows: [{ city: 'Bern, old town', sales: '3' }] };
  await large.answer('How many sales?', table, {});
  const { messages } = JSON.parse(provider.requests.at(-1)?.body ?? '{}');
  expect(messages[0].content[0].text).toBe(
    'city,sales\n"Bern, old town",3\n\nQuestion: How many sales?',
  );
});

it('ends a block at once when the provider refuses its key', async () => {
  const { small } = chooseModels({ ...provider.addresses, OPENAI_API_KEY: 'bad' });
  await expect(small.writeDigest([document], {})).rejects.toMatchObject({
    type: 'MODEL_REFUSED',
    nonRetryable: true,
  });
});

it('takes other models of the provider from the environment', () => {
  const models = chooseModels({ OPENAI_API_KEY: 'good', EXAMPLE_MODEL_LARGE: 'gpt-5.4' });
  expect([models.small.name, models.large.name]).toEqual(['openai/gpt-5-mini', 'openai/gpt-5.4']);
});

it.each([{}, { ANTHROPIC_API_KEY: ' ' }])('is local without a key: %j', async (environment) => {
  const { small, large } = chooseModels(environment);
  expect([small.name, large.name]).toEqual(['local-extractive', 'local-extractive']);
  expect(await small.summarise(document, {})).not.toHaveProperty('tokens');
});
