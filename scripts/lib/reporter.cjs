// The mocha reporter of `npm test`: mocha's own list of tests, and the counts for the script that sums them up.
// CommonJS, because mocha loads reporters with `require`. mocha itself is an ES module: what `require` returns is its
// namespace on Node.js 20 and its class on Node.js 24; both have these two.
const { Runner, reporters } = require('mocha');

const { EVENT_RUN_END, EVENT_TEST_FAIL, EVENT_TEST_PASS, EVENT_TEST_PENDING } = Runner.constants;

class Reporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const counts = { passed: 0, failed: 0 };
    runner.on(EVENT_TEST_PASS, () => counts.passed++);
    runner.on(EVENT_TEST_FAIL, () => counts.failed++);
    // A test that was skipped proves nothing, so it does not count as passed.
    runner.on(EVENT_TEST_PENDING, () => counts.failed++);
    runner.once(EVENT_RUN_END, () => {
      process.send?.(counts);
    });
  }
}

module.exports = Reporter;
