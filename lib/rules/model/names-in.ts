import { isIP } from 'node:net';

/** The hosts of these URLs that have to be looked up: names, without the pod itself. */
export function namesIn(urls: readonly string[]): string[] {
  const hosts = urls.map((url) => /^(?:[a-z][-+.a-z0-9]*:\/\/)?(?:[^@/]*@)?(\[[^\]]*\]|[^:/?#]+)/i.exec(url)?.[1] ?? '');
  return [...new Set(hosts)].filter((host) => host !== '' && host !== 'localhost' && isIP(host.replace(/^\[|\]$/g, '')) === 0);
}
