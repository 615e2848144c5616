#!/usr/bin/env node
/** The `tollgate` program: reads the command line, runs one command, ends with its status. */
import { describeFailure, renderFailure } from './failure';
import { buildProgram } from './program';

// A reader that has seen enough (`tollgate ledger acme | head`) closes the pipe; that is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

async function main(argv: readonly string[]): Promise<void> {
  try {
    await buildProgram().parseAsync(argv);
  } catch (error) {
    const failure = describeFailure(error);
    if (!failure) return;
    process.stderr.write(`${renderFailure(failure, argv.includes('--json'))}\n`);
    process.exitCode = failure.exitCode;
  }
}

void main(process.argv);
