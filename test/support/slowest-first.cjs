/**
 * The order of the test files: kinds that take long first, so that none of them is left alone at the end. Jest
 * itself, where it has no times of an earlier run, starts with the largest files, and size says little here.
 */
const { default: Sequencer } = require('@jest/test-sequencer');

/** Parts of paths, slowest first. */
const KINDS = [
  'test/temporal/uncached.',
  'test/temporal/crash/',
  'test/dev/',
  'test/temporal/line.',
  'test/temporal/',
  'test/e2e/',
  'test/db/',
  '',
];

/** @param {{ path: string }} test */
const placeOf = ({ path }) => KINDS.findIndex((part) => path.includes(part));

module.exports = class SlowestFirst extends Sequencer {
  /** @override @param {any[]} tests */
  sort(tests) {
    return super.sort(tests).sort((one, other) => placeOf(one) - placeOf(other));
  }
};
