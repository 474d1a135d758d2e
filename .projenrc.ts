import { cdk8s, javascript } from 'projen';

const project = new cdk8s.ConstructLibraryCdk8s({
  name: 'cdk8s-mqtt',
  description: 'Typed cdk8s constructs that run MQTT brokers on Kubernetes the way the best operators do, without an operator',
  author: 'cdk8s-mqtt maintainers',
  authorAddress: 'maintainers@cdk8s-mqtt.invalid',
  repositoryUrl: 'https://github.com/cdk8s-mqtt/cdk8s-mqtt.git',
  license: 'Apache-2.0',
  keywords: ['cdk8s', 'mqtt', 'broker', 'kubernetes', 'hivemq', 'emqx', 'iot'],
  defaultReleaseBranch: 'main',
  projenrcTs: true,
  packageManager: javascript.NodePackageManager.NPM,

  // Sources in lib/, compiled output in build/, packages in dist/: the three must differ, or the tarball nests itself.
  srcdir: 'lib',
  libdir: 'build',
  entrypoint: 'build/index.js',
  testdir: 'test',
  sampleCode: false,
  bin: { 'cdk8s-mqtt': 'build/check/cdk8s-mqtt.js' },

  // The lowest versions that are promised are the ones installed and tested.
  cdk8sVersion: '2.70.0',
  constructsVersion: '10.4.0',
  peerDeps: ['cdk8s-plus-27@^2.9.5'],
  bundledDeps: ['yaml@^2.8.1'],
  devDeps: [
    'cdk8s-cli@^2.207.0',
    'dependency-cruiser@^17.4.3',
    'fast-check@^4',
    // Types only: the dashboards are plain objects.
    '@grafana/grafana-foundation-sdk@0.0.21',
    'ajv@^8',
    '@microsoft/jest-sarif@1.0.0-beta.0',
    'mqtt@^5',
    // One package a Kubernetes minor: their type models are the strict schemas of test/matrix.
    ...[28, 29, 30, 31, 32, 33, 34].map((minor) => `cdk8s-plus-${minor}@^2`),
  ],
  jsiiVersion: '~5.9.0',
  typescriptVersion: '~5.9.0',
  minNodeVersion: '20.16.0',

  typecheckTests: true,
  jestOptions: {
    updateSnapshot: javascript.UpdateSnapshot.NEVER,
    configFilePath: 'jest.config.json',
    jestConfig: {
      // jest leaves a core to the editor; a run of two cores would be one worker.
      maxWorkers: '100%',
      testMatch: ['<rootDir>/test/**/*.test.ts', '<rootDir>/examples/**/*.test.ts'],
      roots: ['<rootDir>/lib', '<rootDir>/test', '<rootDir>/examples'],
      testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/kubernetes/'],
      moduleNameMapper: { '^cdk8s-mqtt$': '<rootDir>/lib' },
      coverageThreshold: { branches: 80 },
    },
  },
  tsconfigDev: { compilerOptions: { paths: { 'cdk8s-mqtt': ['../lib/index.ts'] } } },
  eslintOptions: {
    dirs: ['lib'],
    devdirs: ['test', 'examples', 'scripts'],
    ignorePatterns: ['node_modules/', 'build/', 'dist/', 'coverage/', 'broker-image/', '*.js', '*.d.ts'],
    // `npm test` reports; it never rewrites sources. `npx projen eslint --fix` does.
    commandOptions: { fix: false },
  },
  gitignore: ['/examples/*/dist/', '/.jsii.tabl.json', '/test-reports/', '/quickstart-data/'],
  npmIgnoreOptions: {
    ignorePatterns: [
      '/.ci/', '/.dependency-cruiser.cjs', '/.jsii.tabl.json', '/ARCHITECTURE.md', '/CONTRIBUTING.md', '/bench/', '/broker-image/', '/docs/decisions/', '/examples/',
      '/jest.config.json', '/rosetta/', '/scripts/', '/tsconfig.tsbuildinfo', '*.log',
    ],
  },

  github: false,
  depsUpgrade: false,
  release: false,
});

// Node 20 is past jsii's end-of-support date: silence the banner.
project.tasks.addEnvironment('JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION', '20');

// jest 30's resolver names platform packages that are not published at its newest version; `npm ci` refuses the lock file without this.
project.package.addPackageResolutions('unrs-resolver@1.12.2');

// A fresh clone is complete after `npm ci`: the broker image's own dependencies, and the link by which the examples find this library.
// npm runs `prepare` in a checkout only, never for whoever installs the published package.
project.setScript('prepare', 'node scripts/prepare.cjs');
// `npm pack` in a fresh clone packs what is compiled from the sources as they are.
project.setScript('prepack', 'npx projen compile');
project.setScript('quickstart', 'node scripts/quickstart.cjs');

// Rules between the rooms of the house (ARCHITECTURE.md), and no circles.
const arrows = project.addTask('arrows', {
  description: 'Check which folder may import which',
  exec: 'depcruise --config .dependency-cruiser.cjs lib broker-image/src',
});

// README and @example snippets must compile.
const docs = project.addTask('docs:check', {
  description: 'Compile every README and @example snippet, and compare the generated pages with the sources',
  exec: 'jsii-rosetta extract --compile --fail .',
});
project.postCompileTask.spawn(docs);

project.addTask('docs:generate', {
  description: 'Write the generated pages anew: rules, load balancers, tables of the broker image',
  steps: [
    { exec: 'ts-node --transpile-only --compiler-options \'{"module":"commonjs"}\' scripts/generate-rules.ts' },
    { exec: 'jest -c jest.config.json --coverage=false test/network/load-balancers-page.test.ts test/network/keepalive/keepalive-page.test.ts', env: { UPDATE_DOCS: '1' } },
    { exec: 'node broker-image/scripts/readme-tables.mjs' },
  ],
});

project.addTask('test:consumer', {
  description: 'Pack the library, install it in an app outside the repository, and synthesize',
  exec: 'test/consumer/run',
});

// 0.x: the README says that the API may still change.
project.package.addField('stability', 'experimental');

const brokerTest = project.addTask('test:broker-image', {
  description: 'Test the broker image (Node.js only)',
  exec: 'npm --prefix broker-image test',
});

project.addTask('test:faults', {
  description: 'Break brokers, NATS servers and Kubernetes nodes under load, many rounds of each (FAULT_ROUNDS, KUBERNETES_FAULT_ROUNDS); needs nats-server',
  exec: 'scripts/test-faults',
});

project.addTask('test:kubernetes', {
  description: 'Apply the synthesized examples to a real Kubernetes and break things (see test/kubernetes/README.md)',
  exec: 'test/kubernetes/run',
  receiveArgs: true,
});

// examples/ are a consumer's view: they import 'cdk8s-mqtt' and are type-checked against the sources.
const examples = new javascript.TypescriptConfig(project, {
  fileName: 'examples/tsconfig.json',
  extends: javascript.TypescriptConfigExtends.fromTypescriptConfigs([project.tsconfig!]),
  include: ['**/*.ts'],
  compilerOptions: { noEmit: true, rootDir: '..', paths: { 'cdk8s-mqtt': ['../lib/index.ts'] } },
});
new javascript.TypescriptConfig(project, {
  fileName: 'scripts/tsconfig.json',
  extends: javascript.TypescriptConfigExtends.fromTypescriptConfigs([project.tsconfig!]),
  include: ['**/*.ts'],
  compilerOptions: { noEmit: true, rootDir: '..' },
});
project.testTask.prependSteps({ name: 'Type-check the examples', execArgs: ['tsc', '--noEmit', '-p', examples.fileName] });
project.testTask.spawn(arrows);
project.testTask.spawn(brokerTest);
project.eslint?.addOverride({
  files: ['examples/**/*.ts', 'test/**/*.ts'],
  rules: {
    'import/no-unresolved': 'off',
    // Tables of cases are easier to read with a case a line.
    '@stylistic/max-len': ['error', { code: 200, ignoreUrls: true, ignoreStrings: true, ignoreTemplateLiterals: true, ignoreRegExpLiterals: true }],
  },
});
project.eslint?.addOverride({
  files: ['lib/**/*.ts'],
  excludedFiles: ['lib/manifest/**'],
  rules: {
    'no-restricted-syntax': ['error', {
      selector: "NewExpression[callee.name='ApiObject']",
      message: 'Only lib/manifest makes objects: call renderManifest, so that overrides and names are checked.',
    }],
  },
});

project.synth();
