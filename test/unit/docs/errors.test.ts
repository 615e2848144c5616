/**
 * The promise: docs/errors.md has one row for each code of the error table, with the same kind, HTTP
 * status and exit status, and says when it happens and what to do.
 */
import { errors } from '../../../core/contract/errors';
import { readDocument, readTables } from './documents';

const rows = readTables(readDocument('docs/errors.md'))
  .filter(({ head }) => head[0] === 'code')
  .flatMap((table) => table.rows);

const documented = new Map(rows.map(([code = '', ...rest]) => [code.replaceAll('`', ''), rest]));

it('has a row for each code, and no others', () => {
  expect([...documented.keys()].sort()).toEqual(Object.keys(errors).sort());
  expect(rows).toHaveLength(documented.size);
});

it.each(Object.entries(errors))('says of %s what the table says', (code, row) => {
  const [kind, httpStatus, exitCode, when, remedy] = documented.get(code) ?? [];
  expect({ kind, httpStatus, exitCode }).toEqual({
    kind: row.kind,
    httpStatus: String(row.httpStatus),
    exitCode: String(row.exitCode),
  });
  expect(when).toMatch(/\w{3}/);
  expect(remedy).toMatch(/\w{3}/);
});
