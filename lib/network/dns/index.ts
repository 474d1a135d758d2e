export * from './external-dns-prefix';
export * from './mqtt-dns-name';
export * from './mqtt-dns-name-options';
