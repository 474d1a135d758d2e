// Run as a process: reads every record of the store in the folder that is its argument. A damaged file ends it with an error or a signal.
import { open } from 'lmdb';

const environment = open<Buffer, Buffer>({ path: process.argv[2]!, readOnly: true, encoding: 'binary', keyEncoding: 'binary' });
let bytes = 0;
for (const { value } of environment.getRange({ start: Buffer.of(0) })) {
  for (const byte of value) bytes += byte;
}
await environment.close();
process.exitCode = bytes >= 0 ? 0 : 1;
