/**
 * The promise: the TypeScript that documents show compiles as it stands against the published package,
 * under this project's own strict settings. A block that names a file (` ```ts worker.ts `) is that file; blocks of one document may
 * import each other.
 */
import { join } from 'node:path';
import ts from 'typescript';
import { listDocuments, readCodeBlocks, readDocument, ROOT } from './documents';

/** Path and text of each snippet; every document has a folder of its own, which exists only here. */
const snippets = new Map(
  listDocuments().flatMap((document) =>
    readCodeBlocks(readDocument(document))
      .filter(({ language, name }) => language === 'ts' && name.endsWith('.ts'))
      .map(({ name, code }) => [join(ROOT, `${document}.snippets`, name), code] as const),
  ),
);

it('finds snippets to compile', () => {
  const documents = [...snippets.keys()].map((path) => path.slice(ROOT.length + 1));
  expect(documents).toContain('README.md.snippets/main.ts');
});

it('compiles every snippet', () => {
  const program = ts.createProgram([...snippets.keys()], readOptions(), createHost(readOptions()));
  const problems = [...snippets.keys()]
    .flatMap((file) => ts.getPreEmitDiagnostics(program, program.getSourceFile(file)))
    .map(({ file, messageText }) => {
      const message = ts.flattenDiagnosticMessageText(messageText, '\n');
      return `${file?.fileName ?? ''}: ${message}`;
    });
  expect(problems).toEqual([]);
});

function readOptions(): ts.CompilerOptions {
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), ts.sys.readFile);
  const { tsBuildInfoFile: _, ...own } = config.compilerOptions;
  const { options } = ts.convertCompilerOptionsFromJson(own, ROOT);
  return {
    ...options,
    types: ['node'],
    incremental: false,
    // The declarations as they are published: the build lies there before any test is run.
    baseUrl: ROOT,
    paths: { tollgate: ['dist/index.d.ts'], 'tollgate/*': ['dist/*.d.ts'] },
  };
}

function createHost(options: ts.CompilerOptions): ts.CompilerHost {
  const host = ts.createCompilerHost(options);
  return {
    ...host,
    // Modules are only looked for in folders that are there.
    directoryExists: (folder) => folder.endsWith('.snippets') || ts.sys.directoryExists(folder),
    fileExists: (file) => snippets.has(file) || host.fileExists(file),
    readFile: (file) => snippets.get(file) ?? host.readFile(file),
    getSourceFile(file, language) {
      const text = snippets.get(file);
      return text === undefined
        ? host.getSourceFile(file, language)
        : ts.createSourceFile(file, text, language);
    },
  };
}
