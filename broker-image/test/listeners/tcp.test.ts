import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { test } from 'node:test';
import { BindError } from '../../src/listeners/index.js';
import { fallbackAddress } from '../../src/listeners/bind.js';
import { connect, open } from './harness.js';

test('a connection reaches the sink with its listener and address, and carries bytes both ways', async () => {
  const { sink, port } = await open({ name: 'mqtt' });
  const client = await connect(port);
  const { listener, remoteAddress, certificate } = await sink.connection();
  assert.deepEqual({ listener, remoteAddress, certificate }, { listener: 'mqtt', remoteAddress: '127.0.0.1', certificate: undefined });
  client.write('ping');
  assert.equal(String((await once(client, 'data'))[0]), 'ping');
});

const hasIpv6 = Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ address }) => address === '::1'));

test('`::` takes IPv4 and IPv6, and IPv4 clients have IPv4 addresses', { skip: !hasIpv6 && 'no IPv6 here' }, async () => {
  const { sink, port } = await open({ address: '::' });
  await connect(port, '127.0.0.1');
  assert.equal((await sink.connection(0)).remoteAddress, '127.0.0.1');
  await connect(port, '::1');
  assert.equal((await sink.connection(1)).remoteAddress, '::1');
});

test('`::` gives way to 0.0.0.0 only where the kernel has no IPv6', () => {
  assert.equal(fallbackAddress('::', 'EAFNOSUPPORT'), '0.0.0.0');
  assert.equal(fallbackAddress('::', 'EADDRNOTAVAIL'), '0.0.0.0');
  assert.equal(fallbackAddress('::', 'EADDRINUSE'), undefined);
  assert.equal(fallbackAddress('::1', 'EADDRNOTAVAIL'), undefined);
});

test('a port in use is an error that names listener, address and port', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  await assert.rejects(open({ name: 'mqtt', port }), (error: Error) => {
    assert.ok(error instanceof BindError);
    assert.equal(error.message, `listener mqtt: cannot listen on 127.0.0.1:${port}: the port is in use by another process`);
    return true;
  });
  other.close();
});

test('an address of another host is an error', async () => {
  await assert.rejects(open({ address: '192.0.2.1' }), { message: 'listener test: cannot listen on 192.0.2.1:0: this host does not have the address' });
  await assert.rejects(open({ address: '2001:db8::1', port: 7 }), { message: /^listener test: cannot listen on \[2001:db8::1\]:7: / });
});

test('one connection more than allowed is closed at once and told', async () => {
  const { sink, port } = await open({ maxConnections: 1 });
  const first = await connect(port);
  await sink.connection();
  const second = await connect(port);
  await once(second, 'close');
  const { reason, remoteAddress } = await sink.refusal();
  assert.deepEqual({ reason, remoteAddress }, { reason: 'connection-limit', remoteAddress: '127.0.0.1' });
  first.destroy();
  await once((await sink.connection()).stream, 'close');
  await connect(port);
  await sink.connection(1);
});

test('after close nothing new is accepted, and what is connected stays', async () => {
  const { listener, sink, port } = await open({});
  const client = await connect(port);
  await sink.connection();
  assert.equal(listener.isOpen, true);
  listener.close();
  assert.equal(listener.isOpen, false);
  await assert.rejects(connect(port), { code: 'ECONNREFUSED' });
  client.write('still here');
  assert.equal(String((await once(client, 'data'))[0]), 'still here');
});

/** The keepalive timer of the server's side of a connection, in seconds: /proc/net/tcp of Linux, `tr` 02 and `tm->when` in hundredths. */
function keepaliveTimer(serverPort: number, clientPort: number): number | undefined {
  const port = (value: number) => value.toString(16).toUpperCase().padStart(4, '0');
  const line = readFileSync('/proc/net/tcp', 'utf8').split('\n').map((text) => text.trim().split(/\s+/))
    .find((columns) => columns[1]?.endsWith(`:${port(serverPort)}`) && columns[2]?.endsWith(`:${port(clientPort)}`));
  const [active, when] = line?.[5]?.split(':') ?? [];
  return active === '02' && when !== undefined ? parseInt(when, 16) / 100 : undefined;
}

test('SO_KEEPALIVE is on, at the time that the sysctl gives', { skip: process.platform !== 'linux' && 'reads /proc' }, async () => {
  const { sink, port } = await open({});
  const client = await connect(port);
  await sink.connection();
  const seconds = keepaliveTimer(port, client.localPort!);
  const configured = Number(readFileSync('/proc/sys/net/ipv4/tcp_keepalive_time', 'utf8'));
  assert.ok(seconds !== undefined, 'the server side has no keepalive timer');
  assert.ok(seconds <= configured && seconds > configured - 60, `the timer stands at ${seconds} s, the sysctl at ${configured} s`);
});
