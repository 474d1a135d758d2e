import { once } from 'node:events';
import { request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { AdminToken, createAdminServer } from '../../src/admin/index.js';
import { temporaryFile } from '../config/files.js';
import { RecordingLog } from '../operations/recording-log.js';
import { TestBroker, type Overrides } from '../protocol/harness.js';

export const token = '0123456789abcdef0123456789abcdef';

export interface Answer {
  readonly status: number;
  readonly body: any;
  readonly headers: Record<string, unknown>;
}

/** The admin API of a real broker. */
export class TestAdmin {
  static async start(t: TestContext, overrides: Overrides = {}): Promise<TestAdmin> {
    return TestAdmin.of(t, await TestBroker.start(t, overrides));
  }

  /** Undefined: the broker is still starting. */
  static async of(t: TestContext, broker: TestBroker | undefined): Promise<TestAdmin> {
    const log = new RecordingLog();
    let current = AdminToken.read(temporaryFile(token));
    const server = createAdminServer({ broker: () => broker?.broker, token: () => current, log });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(() => {
      server.close();
      server.closeAllConnections();
    });
    return new TestAdmin(broker, log, server, (changed) => (current = AdminToken.read(temporaryFile(changed))));
  }

  private constructor(
    private readonly started: TestBroker | undefined,
    readonly log: RecordingLog,
    private readonly server: Server,
    readonly changeToken: (token: string) => void,
  ) {}

  get mqtt(): TestBroker {
    return this.started!;
  }

  /** Not `fetch`, which takes `..` out of paths. */
  async request(method: string, path: string, headers: Record<string, string> = { Authorization: `Bearer ${token}` }): Promise<Answer> {
    const request = httpRequest({ host: '127.0.0.1', port: (this.server.address() as AddressInfo).port, method, path, headers });
    request.end();
    const [response] = await once(request, 'response');
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    return { status: response.statusCode, body: text === '' ? undefined : JSON.parse(text), headers: response.headers };
  }

  get(path: string): Promise<Answer> {
    return this.request('GET', path);
  }

  delete(path: string): Promise<Answer> {
    return this.request('DELETE', path);
  }
}
