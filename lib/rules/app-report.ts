import { writeFileSync } from 'fs';
import type { Finding } from './acknowledgement';
import { type CreationSite, creationSite } from './creation-site';
import { jsonReport } from './report/json';
import { repositoryPath } from './report/repository-path';
import { sarifReport } from './report/sarif';

/** Names the file that a synth writes its findings to: SARIF if it ends in `.sarif`, JSON if it ends in `.json`. */
export const REPORT_VARIABLE = 'CDK8S_MQTT_REPORT';

/** The report of an app's findings, written at each synth on request. */
export class AppReport {
  private readonly sites = new Map<string, CreationSite>();

  /** Remembers which line of the user's code makes the construct with this path. */
  public remember(path: string): void {
    const site = process.env[REPORT_VARIABLE] ? creationSite() : undefined;
    if (site) this.sites.set(path, site);
  }

  /** Writes the report if it is asked for. Answers what kept it from doing so. */
  public write(findings: readonly Finding[]): string[] {
    const file = process.env[REPORT_VARIABLE];
    if (!file) return [];
    const isSarif = file.endsWith('.sarif');
    if (!isSarif && !file.endsWith('.json')) {
      return [`the environment variable ${REPORT_VARIABLE} is '${file}', but must end in .sarif or .json: the ending says what to write`];
    }
    try {
      writeFileSync(file, isSarif ? sarifReport(findings, (finding) => this.sourceOf(finding)) : jsonReport(findings));
      return [];
    } catch (error) {
      return [`the environment variable ${REPORT_VARIABLE} is '${file}', which cannot be written: ${(error as Error).message}`];
    }
  }

  /** The line that makes the construct which the object is in, or else the broker that the object belongs to. */
  private sourceOf({ violation, brokers }: Finding): { uri: string; line: number } | undefined {
    const origins = [violation.object.origin, ...brokers.map((broker) => broker.object.reference.origin)];
    const site = origins.map((origin) => this.siteOf(origin)).find((candidate) => candidate !== undefined);
    return site && { uri: repositoryPath(site.file), line: site.line };
  }

  private siteOf(path: string): CreationSite | undefined {
    return this.sites.get(path) ?? (path.includes('/') ? this.siteOf(path.slice(0, path.lastIndexOf('/'))) : undefined);
  }
}
