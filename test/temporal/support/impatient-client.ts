/**
 * For tests that kill workers: workflows that this client starts give a step which died with its worker to the
 * next one after two seconds rather than ten.
 */
import type { WorkflowClientInterceptor } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time';

const workflowTaskTimeout = msToTs('2s');

export const impatientClient: WorkflowClientInterceptor = {
  signalWithStart: (input, next) =>
    next({ ...input, options: { ...input.options, workflowTaskTimeout } }),
  startUpdateWithStart: (input, next) =>
    next({
      ...input,
      workflowStartOptions: { ...input.workflowStartOptions, workflowTaskTimeout },
    }),
};
