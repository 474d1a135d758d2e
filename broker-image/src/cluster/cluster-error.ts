/** This broker cannot be part of the cluster as things are; the message says what to change. */
export class ClusterError extends Error {
  override readonly name = 'ClusterError';
}
