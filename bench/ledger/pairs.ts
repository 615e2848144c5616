/** One pair: a block's reserve and its settle, through the ledger's public gate. */
import type { Credits } from '../../core/contract/credits';
import type { Gate } from '../../ledger/ledger';
import { createCalls } from './requests';

/** One operation of the closed loop for each caller. Anything but "reserved" and "settled" is thrown. */
export function createPairs(
  gate: Gate,
  accounts: readonly string[],
  callers: number,
  cap?: Credits,
): (caller: number) => Promise<void> {
  const choose = (): string => accounts[Math.floor(Math.random() * accounts.length)] ?? '';
  const calls = Array.from({ length: callers }, () => createCalls(choose, cap));
  return async (caller) => {
    const call = calls[caller]?.();
    if (!call) throw new Error(`caller ${caller} of ${callers} does not exist`);
    const reserved = await gate.reserve(call.reserve);
    if (reserved.kind !== 'reserved')
      throw new Error(`a reserve was answered ${describe(reserved)}`);
    const settled = await gate.settle(call.settle);
    if (settled.kind !== 'settled') throw new Error(`a settle was answered ${describe(settled)}`);
  };
}

function describe(answer: object): string {
  return JSON.stringify(answer, (_, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  );
}
