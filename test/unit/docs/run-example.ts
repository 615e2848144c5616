/**
 * Runs the examples of a document: each ` ```ts example ` is the body of an async function, and the
 * ` ```text ` after it is what it must print.
 */
import ts from 'typescript';
import { readCodeBlocks, readDocument } from './documents';

export interface Example {
  /** The heading it stands under, and its number. */
  readonly title: string;
  readonly code: string;
  readonly printed: string;
}

export function readExamples(document: string): readonly Example[] {
  const blocks = readCodeBlocks(readDocument(document));
  return blocks.flatMap(({ name, code, heading }, place) => {
    if (name !== 'example') return [];
    const output = blocks[place + 1];
    if (output?.language !== 'text') throw new Error(`${document}: an example prints nothing`);
    return [{ title: `${heading} (block ${place + 1})`, code, printed: output.code }];
  });
}

/** Runs an example with these names, and `print`, in its scope. Resolves with what it printed. */
export async function runExample(
  example: Example,
  provide: (print: (line: string) => void) => Readonly<Record<string, unknown>>,
): Promise<string> {
  let printed = '';
  const print = (line: string): void => void (printed += `${line}\n`);
  const names = { ...provide(print), print };
  const source = `exports.example = async ({ ${Object.keys(names).join(', ')} }) => {\n${example.code}}`;
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
  });
  const exported: { example?: (scope: typeof names) => Promise<void> } = {};
  // The text is this repository's own documentation.
  new Function('exports', outputText)(exported);
  await exported.example?.(names);
  return printed;
}
