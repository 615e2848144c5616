/** One line of progress for a person who waits. It goes to stderr: stdout belongs to results. */
export type Progress = (line: string) => void;

export const printProgress: Progress = (line) => {
  process.stderr.write(`tollgate: ${line}\n`);
};

const REMINDER_MS = 15_000;

/** Repeats what is being done, and for how long, until the work ends. */
export async function withReminder<Result>(
  progress: Progress,
  describe: () => string,
  work: Promise<Result>,
): Promise<Result> {
  const startedAt = Date.now();
  const reminder = setInterval(() => {
    progress(`${describe()} … ${Math.round((Date.now() - startedAt) / 1_000)} s`);
  }, REMINDER_MS);
  try {
    return await work;
  } finally {
    clearInterval(reminder);
  }
}
