/** Where Tollgate's own workflows run: a task queue that no agent of an author's may use. */
export const SYSTEM_TASK_QUEUE = 'tollgate-system';
