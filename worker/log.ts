/** One JSON line per log record on stdout, ours and Temporal's alike. */
import { DefaultLogger, type LogLevel, type Logger } from '@temporalio/worker';
import { type Level, type Logger as Pino, pino } from 'pino';

const LEVELS: Readonly<Record<LogLevel, Level>> = {
  TRACE: 'trace',
  DEBUG: 'debug',
  INFO: 'info',
  WARN: 'warn',
  ERROR: 'error',
};

export function createLog(level: string): Pino {
  return pino({ name: 'tollgate-worker', level });
}

/** Temporal's logger on top of ours; ours decides which levels are written. */
export function toTemporalLogger(log: Pino): Logger {
  return new DefaultLogger('TRACE', ({ level, message, meta }) => {
    const { error, ...rest } = meta ?? {};
    log[LEVELS[level]](error === undefined ? rest : { ...rest, err: error }, message);
  });
}
