/** Promise: `tollgate simulator` serves its pages where it says, ends on SIGTERM, and says why it cannot start. */
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';

const PROGRAM = join(__dirname, '../../../dist/cli/main.js');
const children: ChildProcess[] = [];
afterAll(() => children.forEach((child) => child.kill('SIGKILL')));

function start(port: string): {
  child: ChildProcess;
  said: Promise<string>;
  ended: Promise<number>;
} {
  const child = spawn(process.execPath, [PROGRAM, 'simulator', '--port', port, '--json'], {
    env: { PATH: process.env['PATH'] },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  const said = new Promise<string>((resolve) => {
    child.stdout.once('data', (text) => resolve(String(text)));
    child.stderr.once('data', (text) => resolve(String(text)));
  });
  const ended = new Promise<number>((resolve) => child.once('exit', (code) => resolve(code ?? -1)));
  return { child, said, ended };
}

it('serves, refuses a port that is taken, and ends in order', async () => {
  const first = start('0');
  const { url, clocks } = JSON.parse(await first.said) as { url: string; clocks: string };
  const page = await fetch(clocks);
  expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('<html')]);

  const second = start(new URL(url).port);
  expect(await second.said).toMatch(/CONFIG_INVALID.*address already in use/s);
  expect(await second.ended).not.toBe(0);

  first.child.kill('SIGTERM');
  expect(await first.ended).toBe(0);
});
