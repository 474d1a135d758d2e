import { Size } from 'cdk8s';

/** Defaults of broker-image/config.schema.json, which the options' documentation promises. */
export const DEFAULT_MAX_PACKET_SIZE = Size.mebibytes(1);
export const DEFAULT_MAX_QUEUED_SIZE = Size.mebibytes(100);
