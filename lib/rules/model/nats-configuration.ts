/** A word of nats.conf: a comment, a quoted text, a brace or bracket, or anything else up to the next of them. */
const WORD = /#[^\n]*|(?<![:\w])\/\/[^\n]*|"(?:\\.|[^"\\])*"|'[^']*'|[{}[\]]|[^\s{}[\]"',:=;]+/g;

/** Of sizes, each a thousand times the one before; with `b`, `i` or `ib` behind it, 1,024 times (conf/parse.go of nats-server). */
const UNITS = ['k', 'm', 'g', 't', 'p'];

/**
 * The configuration of NATS, as far as the rules need it: which settings there are at its first level and in its blocks. Its format is its own
 * (https://docs.nats.io/running-a-nats-service/configuration#configuration-configuration-syntax).
 */
export class NatsConfiguration {
  /** Words by the path of the blocks that they stand in; the first level is ''. */
  private readonly words = new Map<string, string[]>();

  constructor(text: string) {
    const path: string[] = [];
    for (const word of text.match(WORD) ?? []) {
      if (word.startsWith('#') || word.startsWith('//')) continue;
      const here = this.words.get(path.join('/')) ?? [];
      if (word === '{' || word === '[') {
        path.push(here.at(-1) ?? '');
      } else if (word === '}' || word === ']') {
        path.pop();
      } else {
        this.words.set(path.join('/'), [...here, word.replace(/^["']|["']$/g, '')]);
      }
    }
  }

  /** How often JetStream syncs to the disk; `undefined` for the default of two minutes. */
  public get syncInterval(): string | undefined {
    return this.after('jetstream', ['sync_interval', 'sync']);
  }

  /** Bytes that streams may take on each node; `undefined` where NATS takes what it finds free on the disk. */
  public get maxFileStore(): number | undefined {
    const [, amount, unit = '', binary] = /^(\d+)([kmgtp]?)(i?b|i)?$/i.exec(this.after('jetstream', ['max_file_store', 'max_file']) ?? '') ?? [];
    return amount === undefined ? undefined : Number(amount) * (binary === undefined ? 1000 : 1024) ** (UNITS.indexOf(unit.toLowerCase()) + 1);
  }

  /** Whether clients have to say who they are. */
  public get asksClients(): boolean {
    const top = this.words.get('') ?? [];
    return ['authorization', 'accounts', 'operator', 'operators', 'trusted_keys'].some((setting) => top.includes(setting)) && !top.includes('no_auth_user');
  }

  /** Whether a server that joins as a node has to say who it is: between nodes, TLS always verifies both (https://docs.nats.io/running-a-nats-service/configuration/securing_nats/tls). */
  public get asksNodes(): boolean {
    return ['tls', 'authorization'].some((setting) => this.words.get('cluster')?.includes(setting));
  }

  /** Addresses by which the nodes find each other, as `nats-route://broker-log-0:6222`. */
  public get routes(): string[] {
    return (this.words.get('cluster/routes') ?? []).filter((word) => word.includes('://'));
  }

  /** Whether clients speak TLS to it. */
  public get speaksTls(): boolean {
    return (this.words.get('') ?? []).includes('tls');
  }

  private after(block: string, names: string[]): string | undefined {
    const words = this.words.get(block) ?? [];
    const index = words.findIndex((word) => names.includes(word));
    return index < 0 ? undefined : words[index + 1];
  }
}
