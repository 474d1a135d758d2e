import type { Outcome } from './cluster-load';

const HEADINGS = ['fault', 'rounds', 'acknowledged', 'lost', 'QoS 2 twice', 'longest interruption: median', 'largest'];

/** What the rounds of each fault cost, as a table in Markdown. */
export class FaultTable {
  private readonly rounds = new Map<string, Outcome[]>();

  add(fault: string, outcome: Outcome): void {
    this.rounds.set(fault, [...(this.rounds.get(fault) ?? []), outcome]);
  }

  toString(): string {
    const rows = [...this.rounds].map(([fault, outcomes]) => {
      const sum = (of: (outcome: Outcome) => number) => outcomes.reduce((total, outcome) => total + of(outcome), 0);
      const interruptions = outcomes.map(({ interruptionMs }) => interruptionMs).sort((a, b) => a - b);
      return [
        fault, outcomes.length, sum(({ acknowledged }) => acknowledged), sum(({ lost }) => lost), sum(({ twice }) => twice),
        seconds(interruptions[Math.floor((interruptions.length - 1) / 2)]), seconds(interruptions.at(-1)!),
      ];
    });
    return [HEADINGS, HEADINGS.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
  }
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
