/** Which processes on this machine have to do with a folder: by their command line, or by working in it. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** One line per process, such as `4711 postgres -D /tmp/x/postgres`. */
export function listProcessesOf(folder: string): string[] {
  return existsSync('/proc/self/cmdline') ? readProc(folder) : readPs(folder);
}

function readProc(folder: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        const works = readlinkSync(`/proc/${pid}/cwd`);
        // A zombie has no command line any more.
        const concerned = command !== '' && (command.includes(folder) || works.startsWith(folder));
        return concerned ? [`${pid} ${command}`] : [];
      } catch {
        // It has ended while it was looked at.
        return [];
      }
    });
}

/** Without /proc only the command lines can be read. */
function readPs(folder: string): string[] {
  return execFileSync('ps', ['-axo', 'pid=,args='], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes(folder));
}
