/** One row of the error table: how each border answers an error. */
export type ErrorKind = 'refusal' | 'fault' | 'bug';

export interface ErrorRow {
  readonly kind: ErrorKind;
  readonly httpStatus: number;
  /** Exit status of the CLI. */
  readonly exitCode: number;
  readonly message: string;
  /** What the reader can do about it. */
  readonly hint: string;
}

export function row(
  kind: ErrorKind,
  httpStatus: number,
  exitCode: number,
  message: string,
  hint: string,
): ErrorRow {
  return { kind, httpStatus, exitCode, message, hint };
}
