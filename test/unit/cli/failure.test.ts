/** Promise: every error ends as its code, its message and the exit status of the error table. */
import { CommanderError } from 'commander';
import { describeFailure, renderFailure } from '../../../cli/failure';
import { errors, TollgateError, type ErrorCode } from '../../../core/contract/errors';

// The keys of the table are its codes.
const codes = Object.keys(errors) as ErrorCode[];

it.each(codes)('%s ends with its own exit status', (code) => {
  expect(describeFailure(new TollgateError(code))).toMatchObject({
    code,
    exitCode: errors[code].exitCode,
  });
});

it('knows an error of another copy of this package by its code', () => {
  const foreign = Object.assign(new Error('No such run.'), { code: 'RUN_UNKNOWN' });
  expect(describeFailure(foreign)).toMatchObject({ code: 'RUN_UNKNOWN', details: {} });
});

it('takes an error without a code of the table for a bug, with its stack', () => {
  const failure = describeFailure(new TypeError('x is not a function'));
  expect(failure).toMatchObject({ code: 'UNEXPECTED', exitCode: 1 });
  expect(failure?.message).toContain('failure.test.ts');
});

it('answers a mistake in the command line with status 2', () => {
  const failure = describeFailure(
    new CommanderError(1, 'commander.unknownOption', "error: unknown option '--x'"),
  );
  expect(failure).toMatchObject({ code: 'CONFIG_INVALID', exitCode: 2 });
  expect(failure?.message).toBe("unknown option '--x'. See --help.");
});

it('does not take help that was asked for as a failure', () => {
  expect(
    describeFailure(new CommanderError(0, 'commander.helpDisplayed', '(outputHelp)')),
  ).toBeUndefined();
});

it('writes one JSON object under --json and one line of text otherwise', () => {
  const failure = describeFailure(new TollgateError('RUN_UNKNOWN', { run: 'x' }));
  if (!failure) throw new Error('expected a failure');
  expect(JSON.parse(renderFailure(failure, true))).toEqual({
    error: { code: 'RUN_UNKNOWN', message: failure.message, details: { run: 'x' } },
  });
  expect(renderFailure(failure, false)).toMatch(/^RUN_UNKNOWN: No such run \(run=x\)\./);
});
