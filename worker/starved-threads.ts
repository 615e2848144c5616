/**
 * A worker gives each step of a workflow five seconds of the clock, and then breaks it off as an endless loop.
 * On a machine that is out of breath, a harmless step can be kept from running for as long; and Node may not
 * survive the breaking off: the whole process ends with "async hook stack has become corrupted"
 * (https://github.com/nodejs/node/issues/38503). Loops without an end do not get past the first test, so the
 * limit may be far away. The option is not among those that the types of the worker know.
 */
export const patientWithWorkflows: object = { isolateExecutionTimeout: '2 minutes' };
