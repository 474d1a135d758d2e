import { spawnSync } from 'child_process';
import * as net from 'net';
import * as path from 'path';

// The whole quickstart runs in CI, from a fresh clone; here is what it says when it cannot.

const SCRIPT = path.resolve(__dirname, '..', '..', 'scripts', 'quickstart.cjs');

function quickstart(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [SCRIPT, ...args], { encoding: 'utf8', timeout: 30_000 });
  return { status, stdout, stderr };
}

test('an old Node.js is told so before anything else', () => {
  const pretend = `Object.defineProperty(process.versions, 'node', { value: '18.20.0' }); require(${JSON.stringify(SCRIPT)})`;
  const { status, stderr } = spawnSync(process.execPath, ['-e', pretend], { encoding: 'utf8', timeout: 30_000 });
  expect(status).toBe(1);
  expect(stderr).toBe('quickstart: this is Node.js 18.20.0, but 20.16 or newer is needed. Install the current LTS from https://nodejs.org and try again.\n');
});

test('a port in use is named, with the option that chooses another', async () => {
  const server = net.createServer();
  const port = await new Promise<number>((resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as net.AddressInfo).port)));
  try {
    const { status, stdout, stderr } = quickstart('--port', String(port));
    expect(status).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toContain(`quickstart: port ${port} on 127.0.0.1 is in use by another program. Stop it, or choose another port: npm run quickstart -- --port `);
  } finally {
    server.close();
  }
});

test.each([
  [['--port', '0'], "--port is '0', but must be a port from 1 to 65535"],
  [['--operations-port', 'http'], "--operations-port is 'http', but must be a port from 1 to 65535"],
  [['--prot', '1883'], "Unknown option '--prot'"],
  [['--port', '2000', '--operations-port', '2000'], '--port and --operations-port are both 2000: choose two different ports'],
])('%j', (args, message) => {
  const { status, stderr } = quickstart(...args);
  expect(status).toBe(1);
  expect(stderr).toContain(`quickstart: ${message}`);
});

test('help', () => {
  const { status, stdout } = quickstart('--help');
  expect(status).toBe(0);
  expect(stdout).toContain('--keep');
});
