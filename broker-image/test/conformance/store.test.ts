import { runSuite } from './suite.js';
import { StorePersistence } from './store-persistence.js';

/** The suite for what aedes keeps its state in, against the store of this broker; once more with a store that is closed and opened before each answer. */
const differs = {
  'store and look up a subscription with an MQTT 5.0 subscription identifier': 'MQTT 5 is answered with CONNACK 0x84: there are no subscription identifiers',
  'add outgoing packet as a string and stream': 'a payload is bytes [MQTT 3.1.1, 3.3.3]: the store does not remember that one was given as text',
  'add incoming packet, get it, and clear with messageId':
    'a QoS 2 message is published when it arrives and only its packet id is kept, method B of MQTT 3.1.1, 4.3.3: that the id is kept and released is what "clean incoming packets" looks at',
};

runSuite('aedes-persistence/abstract.js', differs, { persistence: () => new StorePersistence({ restarts: false }), testAsync: true });
runSuite('aedes-persistence/abstract.js', differs, { persistence: () => new StorePersistence({ restarts: true }), testAsync: true }, ', with a restart');
