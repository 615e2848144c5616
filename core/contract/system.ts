/** Where Tollgate's own workflows run: a task queue that no agent of an author's may use. */
export const SYSTEM_TASK_QUEUE = 'tollgate-system';

/** The workflow that sends notices to one endpoint, by the name it has in `workflows/system.ts`. */
export const NOTICES_WORKFLOW = 'notices';

export function noticesWorkflowId(endpoint: string): string {
  return `notices:${endpoint}`;
}
