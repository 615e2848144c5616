/** `tollgate migrate`: sets the ledger up in a database, or brings it up to date. Safe to run again. */
import type { Command } from 'commander';
import { answer } from '../answer';
import { requireDatabaseUrl } from '../environment';

export function addMigrateCommand(program: Command): void {
  program
    .command('migrate')
    .description('set the ledger up in the database, or bring it up to date')
    .action((_options: unknown, command: Command) =>
      answer(command, async () => {
        const databaseUrl = requireDatabaseUrl();
        const { migrate } = await import('../../ledger/migrate.js');
        const { applied, schemaVersion } = await migrate(databaseUrl);
        const text =
          applied.length === 0
            ? `Nothing to do: the schema is at version ${schemaVersion}.`
            : [
                ...applied.map((name) => `applied ${name}`),
                `The schema is at version ${schemaVersion}.`,
              ].join('\n');
        return { json: { applied, schemaVersion }, text };
      }),
    );
}
