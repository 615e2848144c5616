/**
 * Waits for a condition that something else brings about. Tests never sleep for a fixed time: they
 * poll until the condition holds, and fail with the last reason when the deadline passes.
 */

const POLL_MS = 25;
const DEADLINE_MS = 20_000;

/** Resolves with the first result of `probe` that is neither false, null nor undefined and does not throw. */
export async function eventually<Result>(
  probe: () => Promise<Result> | Result,
  options: { readonly what?: string; readonly deadlineMs?: number } = {},
): Promise<NonNullable<Exclude<Result, false>>> {
  const { what = 'the condition', deadlineMs = DEADLINE_MS } = options;
  const deadline = Date.now() + deadlineMs;
  for (;;) {
    const attempt = await tryProbe(probe);
    if (attempt.held) return attempt.result as NonNullable<Exclude<Result, false>>; // Checked by tryProbe.
    if (Date.now() > deadline) {
      throw new Error(`Waited ${deadlineMs} ms for ${what}, in vain.`, { cause: attempt.reason });
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

async function tryProbe<Result>(
  probe: () => Promise<Result> | Result,
): Promise<{ held: true; result: Result } | { held: false; reason: unknown }> {
  try {
    const result = await probe();
    if (result === false || result === null || result === undefined)
      return { held: false, reason: result };
    return { held: true, result };
  } catch (reason) {
    return { held: false, reason };
  }
}
