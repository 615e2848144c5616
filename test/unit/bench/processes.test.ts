/** Promise: processor time is that of a program and all it started, whatever its name looks like. */
import { parseProcessStat, readProcesses, sumTree } from '../../../bench/measure/processes';

const process1 = (pid: number, parent: number, cpuMs: number) => ({ pid, parent, cpuMs });

describe('the text of /proc/PID/stat', () => {
  const rest = '1 40 40 0 -1 4194560 1 2 3 4 700 50 20 30 20 0 1 0 100 0 0';

  it('gives own time and that of children it has waited for', () => {
    expect(parseProcessStat(`41 (postgres) S ${rest}`)).toEqual(process1(41, 1, 8_000));
  });

  it('is read past a name with spaces and parentheses', () => {
    expect(parseProcessStat(`41 (a) (b c)) S ${rest}`)).toEqual(process1(41, 1, 8_000));
  });

  it.each(['', 'nonsense', '41 (cut off) S 1'])(
    'that is no such text (%j) gives nothing',
    (text) => {
      expect(parseProcessStat(text)).toBeNull();
    },
  );
});

describe('the time of a tree', () => {
  it('adds descendants of every depth, in any order, and nobody else', () => {
    const all = [process1(4, 3, 1), process1(3, 2, 10), process1(2, 1, 100), process1(9, 1, 1000)];
    expect(sumTree(all, 2)).toBe(111);
  });

  it('of a program that is not there is nothing', () => {
    expect(sumTree([process1(2, 1, 100)], 7)).toBe(0);
  });
});

it('this process is among those of the machine', () => {
  const own = readProcesses().find(({ pid }) => pid === process.pid);
  expect(own).toMatchObject({ parent: process.ppid });
});
