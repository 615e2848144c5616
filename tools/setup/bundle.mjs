/** Bundles Tollgate's own workflows into the build, so that `tollgate worker` need not at every start. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { root } from './paths.mjs';

const workflows = join(root, 'dist/workflows');
const { code } = await bundleWorkflowCode({
  workflowsPath: join(workflows, 'system.js'),
  logger: new DefaultLogger('ERROR'),
});
// A worker notes the stack of every promise of a workflow; without sources it has nothing to look up for that.
const MAP = '//# sourceMappingURL=data:application/json;charset=utf-8;base64,';
const map = btoa(
  JSON.stringify({ version: 3, file: 'system-bundle.js', sources: [], mappings: '' }),
);
writeFileSync(
  join(workflows, 'system-bundle.js'),
  code.slice(0, code.lastIndexOf(MAP)) + MAP + map,
);
