/** The demonstration's lines for people. */
import type { BlockLine, RunSummary } from './demo-run';

const HEAD = ['block', 'reserved', 'charged', 'returned', 'used'];

/** The total at the top, then a line for each block, in the order they were settled. */
export function renderRun(run: RunSummary): readonly string[] {
  const rows = [HEAD, ...run.blocks.map(toCells)];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      // Names and usage are read from the left, amounts from the right.
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return column === 0 || column === HEAD.length - 1
          ? cell.padEnd(width)
          : cell.padStart(width);
      })
      .join('  ')
      .trimEnd(),
  );
  const refused = run.refusal;
  return [
    `${run.agent}: ${run.status}, charged ${run.charged} credits to ${run.account}`,
    ...lines.map((line) => `  ${line}`),
    ...(refused
      ? [
          `  refused: ${refused.block} needs ${refused.needed}, available ${refused.available} (${refused.reason})`,
        ]
      : []),
  ];
}

function toCells(line: BlockLine): readonly string[] {
  const outcome = line.outcome === 'settled' ? '' : ` (${line.outcome})`;
  const used = Object.entries(line.usage ?? {}).map(
    ([unit, amount]) => `${amount.toFixed(2)} ${unit}`,
  );
  return [
    `${line.block} #${line.nth}${outcome}`,
    line.reserved,
    line.charged,
    line.returned,
    used.join(', '),
  ];
}
