import { open, rm, type FileHandle } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { StoreOpenError } from './errors.js';

const SOCKET = 'broker.sock';

/**
 * One process per folder. The lock is a listening Unix socket: the kernel drops it with the process, however that ends, and it works between containers that share
 * a volume, where process ids mean nothing.
 */
export class DirectoryLock {
  static async acquire(directory: string): Promise<DirectoryLock> {
    const folder = await open(directory, 'r');
    try {
      const path = socketPath(directory, folder);
      for (let attempt = 0; ; attempt++) {
        const server = await listen(path);
        if (server !== undefined) return new DirectoryLock(server, folder);
        // The name is taken: by a process that answers, or by one that died.
        if (attempt > 0 || (await answers(path))) {
          throw new StoreOpenError(`The store in ${directory} is in use by another broker. Two brokers cannot share a store: give each its own folder (store.directory), or wait until the other one has stopped.`);
        }
        await rm(join(directory, SOCKET), { force: true });
      }
    } catch (error) {
      await folder.close();
      throw error;
    }
  }

  private constructor(
    readonly server: Server,
    readonly folder: FileHandle,
  ) {}

  /** Makes new files in the folder survive a power cut. */
  syncFolder(): Promise<void> {
    return this.folder.sync();
  }

  async release(): Promise<void> {
    await new Promise((resolve) => this.server.close(resolve));
    await this.folder.close();
  }
}

/** The name of a Unix socket has 107 bytes at most; on Linux the open folder stands in for its path. */
function socketPath(directory: string, folder: FileHandle): string {
  return process.platform === 'linux' ? `/proc/self/fd/${folder.fd}/${SOCKET}` : join(directory, SOCKET);
}

function listen(path: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) => (error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error)));
    server.listen(path, () => {
      server.unref();
      resolve(server);
    });
  });
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const settle = (alive: boolean) => {
      socket.destroy();
      resolve(alive);
    };
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
  });
}
