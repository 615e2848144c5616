/** `tollgate doctor`: checks every invariant of the books; fails with INVARIANT_BROKEN's status when one does not hold. */
import type { Command } from 'commander';
import { writeCount } from '../../core/contract/counted';
import { errors } from '../../core/contract/errors';
import type { DoctorCheck, DoctorReport } from '../../ledger/views';
import { answerFromLedger } from '../answer';
import { escapeControl } from '../table';
import { doctorToWire } from '../wire';

export function addDoctorCommand(program: Command): void {
  program
    .command('doctor')
    .description('check that the books add up; one line per invariant')
    .addHelpText(
      'after',
      `\nEnds with status ${errors.INVARIANT_BROKEN.exitCode} when an invariant does not hold.`,
    )
    .action((_options: unknown, command: Command) =>
      answerFromLedger(command, async (ledger) => {
        const report = await ledger.doctor();
        return {
          json: doctorToWire(report),
          text: renderReport(report),
          exitCode: report.ok ? 0 : errors.INVARIANT_BROKEN.exitCode,
        };
      }),
    );
}

function renderReport(report: DoctorReport): string {
  const size = [
    writeCount(report.accounts, 'account'),
    `${report.entries} ${report.entries === 1n ? 'entry' : 'entries'}`,
    writeCount(report.openReservations, 'open reservation'),
  ].join(', ');
  const verdict = report.ok ? 'The books add up' : 'The books do NOT add up';
  return [...report.checks.map(renderCheck), '', `${verdict}: ${size}.`].join('\n');
}

function renderCheck(check: DoctorCheck): string {
  const offenders = check.offenders
    .map((offender) => `\n        ${escapeControl(offender)}`)
    .join('');
  return `${check.ok ? 'ok  ' : 'FAIL'}  ${check.invariant}${offenders}`;
}
