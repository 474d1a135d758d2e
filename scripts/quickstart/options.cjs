'use strict';

const { parseArgs } = require('node:util');
const { Failure } = require('./failure.cjs');

const HELP = `npm run quickstart [-- options]

  --keep                    leave the broker running when all is shown
  --port PORT               port of MQTT on 127.0.0.1 (default 18830)
  --operations-port PORT    port of probes and metrics on 127.0.0.1 (default 18831)
  --help                    print this`;

/** What the command line asks for. */
function parseOptions(argv) {
  const values = parse(argv);
  const port = portNumber('--port', values.port);
  const operationsPort = portNumber('--operations-port', values['operations-port']);
  if (port === operationsPort) throw new Failure(`--port and --operations-port are both ${port}: choose two different ports`);
  return { help: values.help, keep: values.keep, port, operationsPort };
}

function parse(argv) {
  try {
    return parseArgs({
      args: argv,
      options: {
        'keep': { type: 'boolean', default: false },
        'port': { type: 'string', default: '18830' },
        'operations-port': { type: 'string', default: '18831' },
        'help': { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new Failure(`${error.message}\n\n${HELP}`);
  }
}

function portNumber(name, text) {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65535) throw new Failure(`${name} is '${text}', but must be a port from 1 to 65535`);
  return port;
}

module.exports = { HELP, parseOptions };
