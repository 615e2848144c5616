/** `tollgate worker`: serves agents until it is told to stop. Its log goes to stdout, one JSON object a line. */
import { join } from 'node:path';
import type { Command } from 'commander';
import { readStripeVariables, readWorkerPlaces } from '../environment';
import { stopOnSignal } from '../stop-on-signal';

const EXAMPLE_AGENTS = join(__dirname, '../../examples/agents.js');

interface WorkerCommandOptions {
  readonly agents?: string;
  readonly taskQueue?: string;
}

export function addWorkerCommand(program: Command): void {
  program
    .command('worker')
    .description('serve agents until Ctrl-C: gated blocks and their workflows')
    .option(
      '--agents <module>',
      'module that exports `blocks` and `workflowsPath` (default: the examples)',
    )
    .option('--task-queue <name>', 'task queue to serve (default: TASK_QUEUE, else tollgate)')
    .addHelpText('after', EXAMPLES)
    .action(async (options: WorkerCommandOptions) => {
      const { agents, logLevel, ...places } = readWorkerPlaces();
      const [{ loadAgentModule }, { createLog }, { runWorker }, { readStripeEnvironment }] =
        await Promise.all([
          import('../../worker/agent-module.js'),
          import('../../worker/log.js'),
          import('../../worker/run-worker.js'),
          import('../../worker/stripe-environment.js'),
        ]);
      const stripe = readStripeEnvironment(readStripeVariables());
      await runWorker({
        ...places,
        ...(options.taskQueue ? { taskQueue: options.taskQueue } : {}),
        agents: await loadAgentModule(options.agents ?? agents ?? EXAMPLE_AGENTS),
        ...(stripe ? { stripe } : {}),
        log: createLog(logLevel),
        stop: stopOnSignal(),
      });
    });
}

const EXAMPLES = `
Examples:
  $ tollgate worker
  $ tollgate worker --agents ./dist/agents.js --task-queue research`;
