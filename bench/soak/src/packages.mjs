import { createRequire } from 'node:module';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { BenchmarkError } from '../../shared/errors.mjs';
import { repository } from '../../shared/paths.mjs';

const folder = join(repository, 'broker-image');
const require = createRequire(join(folder, 'package.json'));

/** The compiled broker. */
export const brokerMain = join(folder, 'build', 'main.js');
if (!existsSync(join(folder, 'node_modules')) || !existsSync(brokerMain)) throw new BenchmarkError('the compiled broker is missing: npm ci in broker-image, which compiles it');

/** What the broker's own tests use. */
export const mqtt = require('mqtt');
export const mqttPacket = require('mqtt-packet');
export const { WebSocket } = require('ws');
require('reflect-metadata');
export const x509 = require('@peculiar/x509');
