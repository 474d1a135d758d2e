import { RoutingEmitter } from './routing-emitter.js';
import { runSuite } from './suite.js';

/** The suite for the emitter through which aedes routes messages, against the routing of this broker. */
const fixed = 'the wildcards and the separator of MQTT are fixed [MQTT 3.1.1, 4.7.1]';
runSuite(
  'mqemitter/abstractTest.js',
  {
    'support changing one level wildcard': fixed,
    'support changing deep wildcard': fixed,
    'support changing the level separator': fixed,
    'support one level wildcard - not match empty words': 'an empty level is a level, which + matches [MQTT 3.1.1, 4.7.1.3 and 4.7.3]',
  },
  { builder: () => new RoutingEmitter() },
);
