'use strict';
// `npm run quickstart`: from the example's TypeScript to a broker that real clients talk to. Written so that any Node.js can at least read the first check.

var MINIMUM = [20, 16];
var version = process.versions.node.split('.').map(Number);

if (version[0] < MINIMUM[0] || (version[0] === MINIMUM[0] && version[1] < MINIMUM[1])) {
  console.error('quickstart: this is Node.js ' + process.versions.node + ', but ' + MINIMUM.join('.') + ' or newer is needed. Install the current LTS from https://nodejs.org and try again.');
  process.exit(1);
}

require('./quickstart/main.cjs').main(process.argv.slice(2));
