'use strict';
// Runs in a pod. A connection begins with one line, `HOST PORT`; what follows goes to that address, and what comes from there goes back.

const net = require('node:net');

const LINE_FEED = 10;

const server = net.createServer((client) => {
  let beginning = Buffer.alloc(0);
  client.on('error', () => client.destroy());
  client.on('data', function onBeginning(chunk) {
    beginning = Buffer.concat([beginning, chunk]);
    const end = beginning.indexOf(LINE_FEED);
    if (end < 0) return;
    client.off('data', onBeginning);
    const [host, port] = beginning.subarray(0, end).toString().split(' ');
    const target = net.connect(Number(port), host);
    target.on('error', () => target.destroy());
    // Always end, never reset: a reset would end the whole port-forward.
    target.on('close', () => client.end());
    client.on('close', () => target.destroy());
    target.write(beginning.subarray(end + 1));
    client.pipe(target);
    target.pipe(client);
  });
});

server.listen(1080, '127.0.0.1', () => console.log('listening'));
