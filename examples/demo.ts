/**
 * The demonstration: two agents run and are charged block by block; then one runs on an account with
 * too few credits, is halted, and runs again after a grant. It uses accounts of its own and can be
 * repeated on the same ledger. A worker must be running the example agents on the task queue.
 */
import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { credits, formatCredits, type Credits, type CreditsText } from '../index';
import type { AccountView, Ledger } from '../ledger';
import type { AnalystAnswer, AnalystInput } from './analyst-chat/workflow';
import { runAgent, type DemoPlace, type RunSummary } from './demo-run';
import { renderRun } from './demo-text';
import { findProjectFolder, findSalesTable } from './example-files';
import type { ModelSize } from './models/text-model';
import type { Research, ResearchInput } from './research-digest/workflow';

const ACCOUNT = 'demo';
/** Kept nearly empty, to be halted. */
const SHORT_ACCOUNT = 'demo-short';
const ENOUGH = credits('50');
/** Pays for listing and reading, and for a part of the summaries. */
const TOO_FEW = credits('2.2');
const QUESTION = 'Which product earned the most in the North in December?';

export interface DemoOptions extends DemoPlace {
  /** Folder whose documents are digested; the worker reads it. Default: this project's own. */
  readonly folder?: string;
  /** Default `small`. */
  readonly model?: ModelSize;
  /** Receives the lines for people. */
  readonly print?: (line: string) => void;
}

/** What `tollgate demo --json` prints. Amounts are decimal strings. */
export interface DemoSummary {
  /** Name of the model that wrote the texts. */
  readonly model: string;
  /** The research digest on the account `demo`, and the account's available credits around it. */
  readonly run: RunSummary;
  readonly balance: {
    readonly account: string;
    readonly before: CreditsText;
    readonly after: CreditsText;
  };
  readonly chat: RunSummary;
  /** The same agent on an account with too few credits, and again after a grant. */
  readonly halted: RunSummary;
  readonly resumed: RunSummary;
  readonly doctor: { readonly ok: boolean };
}

export async function runDemo(options: DemoOptions): Promise<DemoSummary> {
  const { ledger, model = 'small', print = () => undefined } = options;
  // The worker may have another working directory.
  const research = { folder: resolve(options.folder ?? findProjectFolder()), model };

  await fillAccount(ledger, ACCOUNT, ENOUGH, print);
  const chat = await runAgent<AnalystInput, AnalystAnswer>(options, 'analystChat', ACCOUNT, {
    file: findSalesTable(),
    question: QUESTION,
    model,
  });
  printAll(print, [
    '',
    ...renderRun(chat.run),
    '',
    `  Q: ${QUESTION}`,
    `  A (${chat.result?.model ?? 'none'}): ${chat.result?.answer ?? ''}`,
  ]);

  const before = await ledger.readAccount(ACCOUNT);
  const digest = await runAgent<ResearchInput, Research>(
    options,
    'researchDigest',
    ACCOUNT,
    research,
  );
  const after = await ledger.readAccount(ACCOUNT);
  printAll(print, ['', ...renderRun(digest.run), '', ...describeDigest(digest.result)]);
  printAll(print, ['', `  left on ${ACCOUNT}: ${formatCredits(after.available)} credits`, '']);

  const { halted, resumed } = await showHalting(options, research);
  const { ok } = await ledger.doctor();
  printAll(print, [
    '',
    ok ? 'The books add up.' : 'The books do NOT add up: run `tollgate doctor`.',
  ]);
  return {
    model: digest.result?.model ?? chat.result?.model ?? 'none',
    run: digest.run,
    balance: {
      account: ACCOUNT,
      before: formatCredits(before.balance),
      after: formatCredits(after.balance),
    },
    chat: chat.run,
    halted,
    resumed,
    doctor: { ok },
  };
}

async function showHalting(
  options: DemoOptions,
  research: ResearchInput,
): Promise<{ halted: RunSummary; resumed: RunSummary }> {
  const { ledger, print = () => undefined } = options;
  await emptyAccount(ledger, SHORT_ACCOUNT);
  await fillAccount(ledger, SHORT_ACCOUNT, TOO_FEW, print);
  const run = () =>
    runAgent<ResearchInput, Research>(options, 'researchDigest', SHORT_ACCOUNT, research);
  const { run: halted } = await run();
  printAll(print, ['', ...renderRun(halted), '']);
  await fillAccount(ledger, SHORT_ACCOUNT, ENOUGH, print);
  const { run: resumed } = await run();
  printAll(print, ['', ...renderRun(resumed)]);
  return { halted, resumed };
}

/** Grants what is missing, under a key of its own, so that the demonstration can be repeated. */
async function fillAccount(
  ledger: Ledger,
  account: string,
  target: Credits,
  print: (line: string) => void,
): Promise<AccountView> {
  const opened = await ledger.openAccount(account, { drip: false });
  if (opened.available >= target) return opened;
  const amount = target - opened.available;
  const granted = await ledger.grant({
    account,
    amount,
    key: `demo:${randomUUID()}`,
    source: 'demo',
  });
  print(
    `granted ${formatCredits(amount)} credits to ${account}; available ${formatCredits(granted.account.available)}`,
  );
  return granted.account;
}

/** Takes back what earlier demonstrations left, since nobody sets a balance. */
async function emptyAccount(ledger: Ledger, account: string): Promise<void> {
  await ledger.openAccount(account, { drip: false });
  for (const grant of await ledger.listGrants(account)) {
    if (!grant.closed) await ledger.revoke({ account, key: grant.key });
  }
}

function describeDigest(research: Research | undefined): readonly string[] {
  return research ? [`  Written by ${research.model}:`, ...indent(research.digest)] : [];
}

function indent(text: string): readonly string[] {
  return text.split('\n').map((line) => (line === '' ? '' : `  ${line}`));
}

function printAll(print: (line: string) => void, lines: readonly string[]): void {
  for (const line of lines) print(line);
}
