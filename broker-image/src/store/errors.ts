/** The store cannot be opened as it is. Nothing was changed on disk. */
export class StoreOpenError extends Error {
  override readonly name = 'StoreOpenError';
}

/** New messages cannot be made durable now. */
export class StoreUnavailableError extends Error {
  override readonly name = 'StoreUnavailableError';
}
