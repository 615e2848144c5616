/**
 * `node -r` this file, and Node runs TypeScript sources, compiled as Jest compiles them. Programs that
 * tests start run from the sources too, so that no build can be older than what is tested.
 */
const { readFileSync } = require('node:fs');
const Module = require('node:module');
const { transformSync } = require('@swc/core');

const OPTIONS = {
  swcrc: false,
  jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
  module: { type: 'commonjs' },
  sourceMaps: 'inline',
};

require.extensions['.ts'] = (module, filename) => {
  const { code } = transformSync(readFileSync(filename, 'utf8'), { ...OPTIONS, filename });
  module._compile(code, filename);
};

// A dynamic import of a source names the file that it will be compiled to, as Node's own resolution asks for.
const resolve = Module._resolveFilename;
Module._resolveFilename = (request, parent, ...others) => {
  const ours = request.startsWith('.') && parent?.filename?.endsWith('.ts');
  return resolve(ours ? request.replace(/\.js$/, '') : request, parent, ...others);
};
