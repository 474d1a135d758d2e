import { library } from './library';
import { publicFinding } from './public-finding';
import type { Finding } from '../acknowledgement';

/** The findings as JSON, acknowledged ones included; the fields are those of `MqttFinding`. */
export function jsonReport(findings: readonly Finding[]): string {
  const { name, version } = library();
  return `${JSON.stringify({ tool: { name, version }, findings: findings.map(publicFinding) }, null, 2)}\n`;
}
