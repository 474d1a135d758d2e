import { readFileSync } from 'node:fs';
import type { LogConfiguration } from '../config/index.js';
import { earliestExpiry } from '../listeners/index.js';
import type { CertificateExpiry } from '../operations/index.js';

/** Of the files with which this broker connects to the replicated log, as they are now: each connection reads them anew. One that cannot be read now is left out; the connection that needs it tells why. */
export function logExpiries(tls: LogConfiguration['tls']): CertificateExpiry[] {
  const files = [['log-certificate', tls?.certificateFile], ['log-ca', tls?.caFile]] as const;
  return files.flatMap(([file, path]) => {
    const time = path === undefined ? undefined : expiryOf(path);
    return time === undefined ? [] : { file, time };
  });
}

function expiryOf(path: string): number | undefined {
  try {
    return earliestExpiry(readFileSync(path, 'latin1'));
  } catch {
    return undefined;
  }
}
