// Who may know whom. `npm run lint` fails on every import that these rules do not allow, between folders on imports of types
// too: a type is knowledge. test/scripts/layers.test.ts shows that each rule fires.

/** The layers of src/, each with what it may import beside itself. What is not listed may not be imported. */
const layers = {
  ports: [],
  operators: [],
  plan: [],
  expressions: ['operators'],
  streaming: ['operators', 'ports'],
  durability: ['ports'],
  // How to reach a broker and what its refusals mean: for the source and the sink alike.
  mqtt: ['ports'],
  sources: ['ports', 'durability', 'mqtt'],
  sinks: ['ports', 'durability', 'mqtt'],
  // Puts things together, so it may import everything below it.
  engine: ['streaming', 'durability', 'sources', 'sinks', 'mqtt', 'expressions', 'operators', 'plan', 'ports'],
  // Time only: how often a status may change, how long a deploy may take.
  flow: ['plan', 'engine', 'ports'],
};

/** The only ones that may import the real clocks, disks and so on: they put things together. */
const compositionRoots = '^src/(engine/|flow/|streaming\\.ts$|ports/node/)';

const nodeRedPackages = '(^|/)node_modules/(@types/)?(@node-red|node-red[^/]*)/|^(@node-red/|node-red)';

const layerRules = Object.entries(layers).map(([layer, known]) => ({
  name: `layer-${layer}`,
  comment: `src/${layer} may import ${known.length === 0 ? 'nothing of src/ but itself' : `only ${known.join(', ')}`}.`,
  severity: 'error',
  from: { path: `^src/${layer}/` },
  to: { path: '^(src|nodes)/', pathNot: `^src/(${[layer, ...known].join('|')})/` },
}));

module.exports = {
  forbidden: [
    ...layerRules,
    {
      name: 'layer-nodes',
      comment: 'A palette node is thin: it knows src/flow, and the types of the plan, and nothing else of src/.',
      severity: 'error',
      from: { path: '^nodes/', pathNot: '^nodes/[^/]+/editor(\\.ts$|/)' },
      to: { path: '^(src|nodes/[^/]+/editor(\\.ts$|/))', pathNot: '^src/(flow|plan)/' },
    },
    {
      name: 'layer-editor',
      comment: 'Browser code may take pure code along, and nothing that needs Node.js.',
      severity: 'error',
      from: { path: '^nodes/[^/]+/editor(\\.ts$|/)' },
      to: { path: '^(src|nodes)/', pathNot: '^(src/(operators|expressions|plan)/|nodes/shared/editor/|nodes/[^/]+/editor/|src/flow/monitor/snapshot\\.ts$|nodes/shared/migrat(e|ions)\\.ts$)' },
    },
    {
      name: 'layer-streaming-face',
      comment: 'src/streaming.ts works without Node-RED: it may not know the drawing.',
      severity: 'error',
      from: { path: '^src/streaming\\.ts$' },
      to: { path: '^(src/flow|nodes)/' },
    },
    {
      name: 'real-ports-in-roots-only',
      comment: 'Only composition roots hand the real clock, disk and so on to those who need them.',
      severity: 'error',
      from: { path: '^(src|nodes)/', pathNot: compositionRoots },
      to: { path: '^src/ports/node/' },
    },
    {
      name: 'streaming-face-is-for-outsiders',
      comment: 'src/streaming.ts is the public face: inside, import the class itself.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^src/streaming\\.ts$' },
    },
    {
      name: 'pure-without-built-ins',
      comment:
        'Pure code reaches the outside through ports only. Hashes and checksums depend on nothing but their input: ' +
        'the plan may use crypto (its fingerprint), durability zlib (its checksums).',
      severity: 'error',
      from: { path: '^src/(streaming|operators|durability|plan|ports)/', pathNot: '^src/ports/node/' },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?(crypto|zlib)$' },
    },
    {
      name: 'crypto-in-plan-only',
      severity: 'error',
      from: { path: '^src/(streaming|operators|durability|ports)/', pathNot: '^src/ports/node/' },
      to: { dependencyTypes: ['core'], path: '^(node:)?crypto$' },
    },
    {
      name: 'zlib-in-durability-only',
      severity: 'error',
      from: { path: '^src/(streaming|operators|plan|ports)/', pathNot: '^src/ports/node/' },
      to: { dependencyTypes: ['core'], path: '^(node:)?zlib$' },
    },
    {
      name: 'packages-in-connectors-only',
      comment: 'Only sources and sinks, and what they share, have client libraries; Node-RED is for nodes and flow.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(sources|sinks|mqtt|flow)/' },
      to: { dependencyTypes: ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'node-red-in-nodes-and-flow-only',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/flow/' },
      to: { path: nodeRedPackages },
    },
    {
      name: 'no-development-packages',
      comment:
        'What users install has no development dependencies. Their types may be imported: they are gone at run time. ' +
        'uPlot is part of the bundle of the sidebar.',
      severity: 'error',
      from: { path: '^(src|nodes)/', pathNot: '\\.d\\.ts$' },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'],
        dependencyTypesNot: ['type-only'],
        pathNot: '(^|/)node_modules/uplot/',
      },
    },
    {
      name: 'no-way-back',
      comment: 'What users install does not know tests, benchmarks or scripts.',
      severity: 'error',
      from: { path: '^(src|nodes)/' },
      to: { path: '^(test|bench|scripts|dist)/' },
    },
    {
      name: 'no-cycles',
      comment:
        'What a file finds in a cycle depends on who was loaded first. Cycles that a type closes are gone at run time, and ' +
        'allowed: a DStream knows its context, and the context its streams.',
      severity: 'error',
      from: { path: '^(src|nodes|test|bench)/' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-unresolved',
      severity: 'error',
      from: { path: '^(src|nodes)/' },
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.d.ts', '.js', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['types', 'require', 'node', 'import', 'default'],
    },
  },
};
