/** Runs the built `tollgate` as users do: a process of its own, in a folder of its own. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';

const PROGRAM = join(__dirname, '../../../dist/cli/main.js');
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

export interface CliResult {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly databaseUrl?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

export async function runCli(
  args: readonly string[],
  options: CliOptions = {},
): Promise<CliResult> {
  const { PATH = '', HOME = '' } = process.env;
  const env = {
    PATH,
    HOME,
    ...(options.databaseUrl ? { DATABASE_URL: options.databaseUrl } : {}),
    ...options.env,
  };
  const cwd = options.cwd ?? __dirname;
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [PROGRAM, ...args],
      { env, cwd, maxBuffer: MAX_OUTPUT_BYTES },
      (_error, stdout, stderr) => resolve({ status: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}

/** Runs a command that must succeed, and reads its `--json`. */
export async function readCliJson(args: readonly string[], options: CliOptions): Promise<unknown> {
  const { status, stdout, stderr } = await runCli([...args, '--json'], options);
  if (status !== 0) throw new Error(`tollgate ${args.join(' ')} ended with ${status}: ${stderr}`);
  return JSON.parse(stdout);
}
