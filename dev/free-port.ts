/** Finds ports on the loopback address that nothing listens on at this moment. */
import { createServer } from 'node:net';

export const LOOPBACK = '127.0.0.1';

/** The preferred port when it is free, else any that is. */
export async function findFreePort(preferred = 0): Promise<number> {
  return (await tryListen(preferred)) ?? (await tryListen(0)) ?? fail();
}

async function tryListen(port: number): Promise<number | undefined> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(undefined));
    server.listen(port, LOOPBACK, () => {
      const address = server.address();
      const found = typeof address === 'object' && address !== null ? address.port : undefined;
      server.close(() => resolve(found));
    });
  });
}

function fail(): never {
  throw new Error(`No port is free on ${LOOPBACK}.`);
}
