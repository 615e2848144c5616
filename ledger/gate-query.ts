/**
 * A statement of the gate on its way over a connection: sent, and answered with one text. pg's own query also asks
 * what the columns are called, makes rows and a result of the answer and tells listeners of them; for a lone call that
 * is a sixth of what it costs in Node.
 */
import type { Client, Connection, Submittable } from 'pg';
import { TollgateError } from '../core/contract/errors';

/** Prepared once on each connection, under its name. Its one row has one column. */
export interface GateStatement {
  readonly name: string;
  readonly text: string;
  /** As PostgreSQL reads them. */
  readonly values: (string | null)[];
}

type Answer = (error: Error | null, text?: string) => void;

/** The part of pg's own query that a client relies on. It may put a callback of its own before the given one. */
interface GateQuery extends Submittable {
  callback: Answer;
  handleDataRow(message: { readonly fields: readonly (string | null)[] }): void;
  handleCommandComplete(message: unknown, connection: Connection): void;
  handleReadyForQuery(): void;
  handleError(error: Error): void;
}

const prepared = new WeakMap<Connection, Set<string>>();

/** Rejects with PostgreSQL's own error. */
export function ask(client: Client, statement: GateStatement): Promise<string> {
  return new Promise((resolve, reject) => {
    client.query(
      createQuery(statement, (error, text) => {
        if (error) reject(error);
        else if (text !== undefined) resolve(text);
        else reject(new TollgateError('INVARIANT_BROKEN', { reason: 'the gate gave no answer' }));
      }),
    );
  });
}

function createQuery({ name, text, values }: GateStatement, callback: Answer): GateQuery {
  let answer: string | undefined;
  return {
    callback,
    submit(connection) {
      // All in one packet.
      connection.stream.cork();
      if (!prepared.get(connection)?.has(name)) connection.parse({ name, text, types: [] }, true);
      connection.bind({ statement: name, values }, true);
      connection.execute({}, true);
      connection.sync();
      connection.stream.uncork();
    },
    handleDataRow({ fields }) {
      answer = fields[0] ?? undefined;
    },
    handleCommandComplete(_message, connection) {
      prepared.set(connection, (prepared.get(connection) ?? new Set()).add(name));
    },
    handleReadyForQuery() {
      this.callback(null, answer);
    },
    handleError(error) {
      this.callback(error);
    },
  };
}
