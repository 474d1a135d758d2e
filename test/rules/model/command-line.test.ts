import { configurationOfCommandLine, overridesIn, withOverrides } from '../../../lib/rules/model/broker-command-line';
import { CommandLine } from '../../../lib/rules/model/command-line';
import { Container } from '../../../lib/rules/model/container';
import { Fields } from '../../../lib/rules/model/fields';

const startedWith = (...args: unknown[]): CommandLine => new CommandLine(new Container(new Fields({ command: ['mqtt-broker'], args })));

describe('a command line', () => {
  test('has values behind an option and behind its equals sign', () => {
    const commandLine = startedWith('--listen', 'mqtt=tcp://0.0.0.0:1883', '--listen=ws=ws://0.0.0.0:8083/mqtt', '-c=/a=b');
    expect(commandLine.valuesOf('--listen')).toEqual(['mqtt=tcp://0.0.0.0:1883', 'ws=ws://0.0.0.0:8083/mqtt']);
    expect(commandLine.valuesOf('--config', '-c')).toEqual(['/a=b']);
    expect(commandLine.has('--listen')).toBe(true);
    expect(commandLine.has('--data')).toBe(false);
  });

  test('has no value where an option is the last word, and none where there are no words', () => {
    expect(startedWith('--data').valuesOf('--data')).toEqual([]);
    expect(startedWith(7, null).has('--data')).toBe(false);
    expect(new CommandLine(new Container(new Fields({ args: 'text' }))).has('text')).toBe(false);
  });
});

describe('what the command line changes in the file of a broker', () => {
  const file = { listeners: [{ name: 'mqtt', protocol: 'tcp', port: 1883 }, { name: 'ws', protocol: 'ws', port: 8083 }], cluster: { name: 'plant', log: { servers: ['nats://a:4222'], replicas: 3 } }, store: { maxBytes: 7 } };

  test('is nothing without options', () => {
    expect(withOverrides(file, startedWith('--config', '/etc/broker.yaml', '--name', 'a'))).toBe(file);
  });

  test('is addresses, folder and servers, and leaves everything else', () => {
    const commandLine = startedWith('--listen=ws=ws://[::1]:80/mqtt', '--operations', 'http://0.0.0.0:9090', '--data', '/data', '--log=nats://b:4222', '--log=nats://c:4222');
    expect(overridesIn(commandLine)).toEqual(['--listen', '--operations', '--data', '--log']);
    expect(withOverrides(file, commandLine)).toEqual({
      listeners: [{ name: 'mqtt', protocol: 'tcp', port: 1883 }, { name: 'ws', protocol: 'ws', port: 80 }],
      cluster: { name: 'plant', log: { servers: ['nats://b:4222', 'nats://c:4222'], replicas: 3 } },
      store: { maxBytes: 7, directory: '/data' },
      operations: { port: 9090 },
    });
  });

  test('is no cluster where the file has none, and no server that only a variable knows', () => {
    expect(withOverrides({ listeners: [] }, startedWith('--log', 'nats://b:4222'))).toEqual({ listeners: [] });
    expect(withOverrides(file, startedWith('--log', '$(NATS_URL)'))).toMatchObject({ cluster: { log: { servers: [] } } });
  });

  test('is nothing in a file that is no map', () => {
    expect(withOverrides('text', startedWith('--data', '/data'))).toBe('text');
  });
});

describe('a broker without a file', () => {
  test('is what its command line says', () => {
    expect(configurationOfCommandLine(startedWith('--listen', 'tcp://0.0.0.0:1883', '--data', '/data', '--allow-anonymous', '--log', 'nats://a:4222'))).toEqual({
      listeners: [{ name: 'listener-1', protocol: 'tcp', port: 1883 }],
      authentication: { anonymous: true },
      store: { directory: '/data' },
      cluster: { log: { servers: ['nats://a:4222'] } },
      operations: { port: null },
      shutdown: { delaySeconds: 0 },
    });
  });

  test('is not known where the command line does not say where it listens', () => {
    expect(configurationOfCommandLine(startedWith('--data', '/data'))).toBeUndefined();
    expect(configurationOfCommandLine(startedWith('--listen', '$(WHERE)'))).toBeUndefined();
  });
});
