/**
 * `tollgate demo`: runs the example agents once and says what each block cost. Services that are neither
 * given nor running are brought up for it and stopped afterwards.
 */
import { Option, type Command } from 'commander';
import { errors } from '../../core/contract/errors';
import { answer, wantsJson } from '../answer';
import { readEnvironment } from '../environment';

const INTERRUPTED = 130;

interface DemoCommandOptions {
  readonly folder?: string;
  readonly model: 'small' | 'large';
  readonly wait?: true;
}

export function addDemoCommand(program: Command): void {
  program
    .command('demo')
    .description(
      'run the example agents once, charged block by block, and halt one at zero credits',
    )
    .option(
      '--folder <folder>',
      "folder whose documents are digested (default: this project's own)",
    )
    .addOption(
      new Option('--model <size>', 'model of the texts')
        .choices(['small', 'large'])
        .default('small'),
    )
    .option('--wait', 'instead, let one run out of credits, wait, be topped up and finish')
    .addHelpText('after', NOTES)
    .action(async ({ wait, ...options }: DemoCommandOptions, command: Command) => {
      const { runDemoOnce } = await import('../run-demo-once.js');
      const print = (line: string): void => void process.stdout.write(`${line}\n`);
      const { runDemo } = await import('../../examples/demo.js');
      const { runWaiting } = await import('../../examples/demo-waiting.js');
      const given = { ...options, ...(wantsJson(command) ? {} : { print }) };
      const summary = await (wait
        ? runDemoOnce(readEnvironment(), given, runWaiting)
        : runDemoOnce(readEnvironment(), given, runDemo));
      // Its client may still wait for a run that nobody serves any more.
      if (!summary) process.exit(INTERRUPTED);
      const exitCode = summary.doctor.ok ? 0 : errors.INVARIANT_BROKEN.exitCode;
      await answer(command, async () => ({ json: summary, text: '', exitCode }));
    });
}

const NOTES = `
Without DATABASE_URL and TEMPORAL_ADDRESS, and without an \`npm start\` in this folder, PostgreSQL and
Temporal are started for the demonstration and stopped after it. Texts are written by the first model
provider whose key is set (ANTHROPIC_API_KEY, OPENAI_API_KEY, GOOGLE_GENERATIVE_AI_API_KEY), else by a
local extractive model.

Examples:
  $ tollgate demo --folder ./notes
  $ tollgate demo --wait
  $ tollgate demo --json`;
