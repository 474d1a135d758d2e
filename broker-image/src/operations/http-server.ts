import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Health, HealthReport } from './health.js';
import type { Metrics } from './metrics.js';

interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** The HTTP server of the probes and of Prometheus. */
export function createOperationsServer(health: Health, metrics: Metrics): Server {
  const routes: Record<string, () => Answer | Promise<Answer>> = {
    // That this answer is written at all is the proof: the event loop turns.
    '/livez': () => json(200, { alive: true }),
    '/readyz': () => healthAnswer(health.readiness()),
    '/healthz': () => healthAnswer(health.loadBalancing()),
    '/startupz': () => json(health.startedUp ? 200 : 503, { started: health.startedUp }),
    '/metrics': async () => ({ status: 200, contentType: metrics.contentType, body: await metrics.scrape() }),
  };
  const answer = async ({ method, url }: IncomingMessage): Promise<Answer> => {
    if (method !== 'GET' && method !== 'HEAD') return json(405, { error: 'only GET and HEAD' });
    const path = (url ?? '').split('?', 1)[0]!;
    return Object.hasOwn(routes, path) ? routes[path]!() : json(404, { error: `not found; there are ${Object.keys(routes).join(', ')}` });
  };
  return createServer((request, response) => {
    answer(request).then(
      (found) => send(request, response, found),
      (error: Error) => send(request, response, json(500, { error: error.message })),
    );
  });
}

function healthAnswer(report: HealthReport): Answer {
  return json(report.ready ? 200 : 503, report);
}

function json(status: number, body: unknown): Answer {
  return { status, contentType: 'application/json', body: `${JSON.stringify(body)}\n` };
}

function send(request: IncomingMessage, response: ServerResponse, { status, contentType, body }: Answer): void {
  response.writeHead(status, {
    'Content-Type': contentType,
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
    ...(status === 405 && { Allow: 'GET, HEAD' }),
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}
