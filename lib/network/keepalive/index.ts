export { keepaliveReport } from './keepalive-report';
export * from './mqtt-keepalive-path';
export * from './mqtt-keepalive-report';
