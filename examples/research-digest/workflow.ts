/**
 * The research digest: lists a folder's documents, reads them, summarises each at the same time as
 * the others, and writes a digest of the summaries. It knows nothing of credits; when they run out,
 * the block that cannot be paid ends the run, and what was done stays done.
 */
import { ApplicationFailure } from '@temporalio/workflow';
import { proxyBlocks } from '../../workflow';
import type { ModelSize } from '../models/text-model';
import type { ResearchBlocks } from './blocks';

export interface ResearchInput {
  readonly folder: string;
  /** Default `small`. */
  readonly model?: ModelSize;
  /** Default 8. */
  readonly maxDocuments?: number;
}

export interface Research {
  readonly digest: string;
  /** Name of the model that wrote it. */
  readonly model: string;
  readonly documents: readonly { readonly path: string; readonly summary: string }[];
}

const { list_documents, read_documents, summarise, write_digest } = proxyBlocks<ResearchBlocks>({
  startToCloseTimeout: '2 minutes',
  retry: { maximumAttempts: 3 },
});

/** One read sets credits aside for 200 KB, so documents are read in lots of that size. */
const MAX_BYTES_PER_READ = 200 * 1024;

export async function researchDigest(input?: ResearchInput): Promise<Research> {
  const { folder, model = 'small', maxDocuments = 8 } = input ?? {};
  // A mistake of whoever starts it ends the run; left to fail by itself, its task would be tried for ever.
  if (!folder)
    throw ApplicationFailure.nonRetryable(
      'researchDigest wants { "folder": "…" }',
      'INPUT_INVALID',
    );
  const listed = await list_documents({ folder, limit: maxDocuments });
  const lots = splitIntoLots(listed, MAX_BYTES_PER_READ);
  const read = await Promise.all(
    lots.map((lot) => read_documents({ folder, paths: lot.map(({ path }) => path) })),
  );
  const documents = await Promise.all(
    read.flat().map(async ({ path, text }) => {
      const { summary } = await summarise({ model, document: { title: path, text } });
      return { path, summary };
    }),
  );
  if (documents.length === 0)
    return { digest: 'The folder holds no documents.', model: 'none', documents };
  const written = await write_digest({
    model,
    summaries: documents.map(({ path, summary }) => ({ title: path, text: summary })),
  });
  return { digest: written.digest, model: written.model, documents };
}

function splitIntoLots<Sized extends { readonly bytes: number }>(
  documents: readonly Sized[],
  maxBytes: number,
): readonly (readonly Sized[])[] {
  const lots: Sized[][] = [];
  let size = Infinity;
  for (const document of documents) {
    if (size + document.bytes > maxBytes) {
      lots.push([]);
      size = 0;
    }
    lots.at(-1)?.push(document);
    size += document.bytes;
  }
  return lots;
}
