/**
 * Bundled with Tollgate's own workflows where a test kills their worker: what it took along is tried again
 * after two seconds rather than ninety, and at once. Which commands there are, and in which order, stays.
 */
import type { WorkflowInterceptors } from '@temporalio/workflow';

export const interceptors = (): WorkflowInterceptors => ({
  outbound: [
    {
      scheduleActivity: (input, next) =>
        next({
          ...input,
          options: {
            ...input.options,
            startToCloseTimeout: '2s',
            retry: { ...input.options.retry, initialInterval: '50ms', maximumInterval: '500ms' },
          },
        }),
    },
  ],
});
