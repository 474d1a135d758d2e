// The arrows between the rooms of the house: who may import whom. ARCHITECTURE.md draws them.

/** Rooms of lib/, each with the rooms that it builds on. Type imports count. */
const LIBRARY = {
  manifest: [],
  rules: ['manifest'],
  security: ['manifest'],
  network: ['manifest', 'rules', 'security'],
  workload: ['manifest', 'network', 'security'],
  'message-log': ['manifest', 'rules', 'security', 'network', 'workload'],
  broker: ['manifest', 'network', 'security', 'workload'],
  cluster: ['manifest', 'rules', 'security', 'network', 'workload', 'message-log', 'broker'],
  monitoring: ['manifest', 'rules', 'network'],
  check: ['manifest', 'rules'],
  'guard-rails': ['manifest', 'rules'],
  scaling: ['manifest', 'rules', 'network', 'workload', 'message-log', 'cluster'],
};

/** Rooms of broker-image/src/. */
const BROKER_IMAGE = {
  store: ['operations'],
  access: ['config', 'operations'],
  config: [],
  operations: ['access', 'config'],
  protocol: ['access', 'operations', 'store'],
  listeners: ['access', 'config', 'operations', 'protocol'],
  cluster: ['config', 'operations', 'protocol', 'store'],
  admin: ['config', 'operations', 'protocol', 'store'],
  commands: ['access', 'admin', 'cluster', 'config', 'operations', 'protocol', 'listeners', 'store'],
};

const arrows = (folder, rooms) => Object.entries(rooms).map(([room, below]) => ({
  name: `${folder}/${room} builds on ${below.join(', ') || 'nothing'}`,
  comment: 'Arrows run one way; see ARCHITECTURE.md. Move what is shared down, or hand it in from above.',
  severity: 'error',
  from: { path: `^${folder}/${room}/` },
  to: { path: `^${folder}/`, pathNot: `^${folder}/(${[room, ...below].join('|')})/` },
}));

module.exports = {
  forbidden: [
    {
      name: 'no circles',
      comment: 'Two files that need each other are one idea in two places, or hide a third.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    ...arrows('lib', LIBRARY),
    ...arrows('broker-image/src', BROKER_IMAGE),
    {
      name: 'the library and the broker image share a file, not code',
      comment: 'Only broker-image/config.schema.json is shared, and a contract test checks it.',
      severity: 'error',
      from: { path: '^(lib|broker-image)/' },
      to: { path: '^(lib|broker-image)/', pathNot: '^$1/' },
    },
    {
      name: 'brokers do not know load balancer providers, nor the other way round',
      severity: 'error',
      from: { path: '^lib/(broker|network/providers)/' },
      to: { path: '^lib/(broker|network/providers)/', pathNot: '^lib/$1/' },
    },
    {
      name: 'the broker uses no broker library',
      comment: 'MQTT is the broker\'s own business (docs/decisions/0002); aedes\' conformance suites and mqtt-packet are for the tests.',
      severity: 'error',
      from: { path: '^broker-image/src/' },
      to: { path: 'node_modules/(aedes|aedes-.*|mqemitter|mqtt-packet)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default'] },
  },
};
