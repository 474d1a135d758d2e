'use strict';
// Runs in a pod: a proxy for HTTP/2 `CONNECT host:port` (RFC 9113 §8.5). Each stream is one connection to that address.

const http2 = require('node:http2');
const net = require('node:net');

const server = http2.createServer();

server.on('stream', (stream, headers) => {
  stream.on('error', () => stream.destroy());
  const { hostname, port } = new URL(`tcp://${headers[':authority']}`);
  const target = net.connect(Number(port), hostname);
  target.on('error', () => target.destroy());
  target.on('close', () => stream.close());
  stream.on('close', () => target.destroy());
  target.on('connect', () => {
    if (stream.destroyed) return;
    stream.respond();
    stream.pipe(target);
    target.pipe(stream);
  });
});

server.listen(1080, '127.0.0.1', () => console.log('listening'));
