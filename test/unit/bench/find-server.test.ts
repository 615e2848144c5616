/** Promise: the process behind a loopback port is found, and another machine's is not made up. */
import { createServer, type AddressInfo, type Server } from 'node:net';
import { findListener, parseListeners } from '../../../bench/measure/find-server';

let server: Server;
let port: number;

beforeAll(async () => {
  server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A TCP server's address is never a string.
  ({ port } = server.address() as AddressInfo);
});

afterAll(() => new Promise((resolve) => server.close(resolve)));

it('the listener of a port is its process', () => {
  expect(findListener(`127.0.0.1:${port}`)).toBe(process.pid);
});

it('a server on another machine has no process here', () => {
  expect(findListener(`temporal.example.com:${port}`)).toBeNull();
});

it('a connection to a port is not its listener', () => {
  const lines = [
    '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
    '   0: 0100007F:1CA5 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 111 1',
    '   1: 0100007F:1CA5 0100007F:9C40 01 00000000:00000000 00:00000000 00000000     0        0 222 1',
    '   2: 0100007F:9C40 0100007F:1CA5 01 00000000:00000000 00:00000000 00000000     0        0 333 1',
  ];
  expect(parseListeners(lines.join('\n'), 0x1ca5)).toEqual(['111']);
});
