/**
 * A workflow as another SDK would write it: without the plugin, putting the header of
 * docs/gate-header.md on its activities by hand. It returns what the activity returned, envelope and all.
 */
import type { Payload } from '@temporalio/common';
import { encode } from '@temporalio/common/lib/encoding';
import { proxyActivities, type WorkflowInterceptors } from '@temporalio/workflow';

let headerText = '';

export function interceptors(): WorkflowInterceptors {
  return {
    outbound: [
      {
        scheduleActivity: (input, next) => next({ ...input, headers: { tollgate: payload() } }),
      },
    ],
  };
}

/** Calls the block `work` with this header. */
export async function foreign(header: string): Promise<unknown> {
  headerText = header;
  const { work } = proxyActivities({ startToCloseTimeout: '20s', retry: { maximumAttempts: 1 } });
  return work?.({ label: 'foreign' });
}

function payload(): Payload {
  return { metadata: { encoding: encode('json/plain') }, data: encode(headerText) };
}
