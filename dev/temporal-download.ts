/**
 * A program of its own: has the Temporal SDK fetch the Temporal program into the folder it is given. The
 * SDK only offers this together with starting a server, so one is started and stopped. In a process
 * of its own a download that hangs can be ended.
 */
import { TestWorkflowEnvironment } from '@temporalio/testing';

async function download(downloadDir: string): Promise<void> {
  const environment = await TestWorkflowEnvironment.createLocal({
    server: { executable: { type: 'cached-download', downloadDir } },
  });
  await environment.teardown();
}

download(process.argv[2] ?? '').catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
