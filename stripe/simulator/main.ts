/**
 * The simulator as a program of its own: `node dist/stripe/simulator/main.js [port]`. Prints its address
 * and runs until it is told to end.
 */
import { startSimulator } from './start';

const PORT = 12_111;

async function main(): Promise<void> {
  const given = Number(process.argv[2] ?? PORT);
  if (!Number.isInteger(given) || given < 0 || given > 65_535) {
    throw new Error(`${process.argv[2]} is not a port.`);
  }
  const simulator = await startSimulator({ port: given });
  process.stdout.write(`Simulated Stripe at ${simulator.url}, clocks at ${simulator.url}/clocks\n`);
  const stop = (): void => void simulator.stop().then(() => process.exit(0));
  process.once('SIGINT', stop).once('SIGTERM', stop);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
