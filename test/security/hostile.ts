/** Texts that would do something if anything took them for code, a template or markup. Each sets `globalThis.evaluated` where it can. */
export const HOSTILE_TEXTS: readonly string[] = [
  'globalThis.evaluated = 1',
  '(() => { globalThis.evaluated = 1; })()',
  '${globalThis.evaluated = 1}',
  '{{globalThis.evaluated = 1}}',
  '"+(globalThis.evaluated = 1)+"',
  '\'); globalThis.evaluated = 1; //',
  '\u2028globalThis.evaluated = 1\u2028',
  'return process.exit(1);',
  'process.mainModule.require("child_process").execSync("touch evaluated")',
  'constructor.constructor("globalThis.evaluated = 1")()',
  '$eval("1 + 1")',
  '$sum([1, 2, 3])',
  '(payload; $string(1 + 1))',
  'msg.payload',
  '{"$eval": "1 + 1"}',
  '<img src=x onerror="globalThis.evaluated = 1">',
  '<script>globalThis.evaluated = 1</script>',
  'javascript:globalThis.evaluated=1',
  '\'; DROP TABLE records; --',
  '$(touch evaluated)',
  '`touch evaluated`',
  '../../../../etc/passwd',
  '%s%n%d %o',
  '\u001b[31mred\u0007',
  '\u202Egnp.exe',
  '\0',
];

/** Names that plain objects have already, or treat in a way of their own. */
export const HOSTILE_NAMES: readonly string[] = [
  '__proto__', 'constructor', 'prototype', 'toString', 'valueOf', 'hasOwnProperty', '__defineGetter__', '__lookupGetter__', 'toJSON', 'then', 'length', '',
];
