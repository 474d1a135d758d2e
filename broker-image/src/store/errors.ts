/** The store cannot be opened as it is. Nothing was changed on disk. */
export class StoreOpenError extends Error {
  override readonly name: string = 'StoreOpenError';
}

/** A snapshot does not fit onto the volume, beside what is there. */
export class RestoreRoomError extends StoreOpenError {
  override readonly name = 'RestoreRoomError';

  constructor(
    directory: string,
    readonly bytes: number,
    /** Bytes that were free on the volume. */
    readonly free: number,
    options?: ErrorOptions,
  ) {
    super(`The snapshot for the store in ${directory} has ${bytes} bytes, which do not fit onto its volume: ${free} were free. Give this broker a larger volume.`, options);
  }
}

/** New messages cannot be made durable now. */
export class StoreUnavailableError extends Error {
  override readonly name = 'StoreUnavailableError';
}
