import { once } from 'node:events';
import { WebSocket } from './packages.mjs';

/** Looks into another Node.js process over the inspector's protocol (https://chromedevtools.github.io/devtools-protocol/v8/). */
export class Inspector {
  static async connect(url) {
    const socket = new WebSocket(url, { perMessageDeflate: false });
    await once(socket, 'open');
    return new Inspector(socket);
  }

  #socket;
  #next = 1;
  #waiting = new Map();

  constructor(socket) {
    this.#socket = socket;
    socket.on('message', (data) => {
      const { id, result, error } = JSON.parse(String(data));
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error) waiting?.reject(new Error(error.message));
      else waiting?.resolve(result);
    });
    socket.on('close', () => {
      for (const { reject } of this.#waiting.values()) reject(new Error('the inspected process closed the connection'));
      this.#waiting.clear();
    });
    socket.on('error', () => {});
  }

  /** What lives after a full garbage collection, in bytes, and the open handles and requests of libuv. */
  async memory() {
    await this.#call('HeapProfiler.collectGarbage');
    const { result } = await this.#call('Runtime.evaluate', {
      expression: '(({ heapUsed, external }) => ({ heapUsed, external, handles: process.getActiveResourcesInfo().length }))(process.memoryUsage())',
      returnByValue: true,
    });
    return result.value;
  }

  close() {
    this.#socket.close();
  }

  #call(method, params = {}) {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#socket.send(JSON.stringify({ id, method, params }));
    });
  }
}
