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
    await flush(process.stdout, '');
    await flush(process.stderr, `${renderFailure(failure, argv.includes('--json'))}\n`);
    // Nothing that a failed command left open may keep its caller waiting.
    process.exit(failure.exitCode);
  }
}

async function flush(stream: NodeJS.WriteStream, text: string): Promise<void> {
  await new Promise<void>((resolve) => stream.write(text, () => resolve()));
}

void main(process.argv);
