/**
 * What Tollgate's own worker bundles: its workflows, each from a file of its own. They are called by the
 * names that they have here, which are never changed while one of them may be running.
 */
export { notices } from './notices';
export { outOfCredits } from './out-of-credits';
export { subscription } from './subscription';
