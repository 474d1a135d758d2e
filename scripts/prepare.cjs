'use strict';
// Makes a fresh clone complete after `npm ci`. npm runs this in a checkout only, never for whoever installs the published package.

const { execFileSync } = require('node:child_process');
const { createHash } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');

const root = path.resolve(__dirname, '..');

linkLibrary();
installBrokerImage();

/** The examples import the library by its package name, as a user's app does: node_modules/cdk8s-mqtt leads to this checkout. */
function linkLibrary() {
  const link = path.join(root, 'node_modules', 'cdk8s-mqtt');
  if (fs.existsSync(link)) return;
  fs.symlinkSync('..', link, 'junction');
}

/** The broker image is a package of its own, with its own lock file. What is installed already as the lock file says is left alone. */
function installBrokerImage() {
  const folder = path.join(root, 'broker-image');
  const lock = createHash('sha256').update(fs.readFileSync(path.join(folder, 'package-lock.json'))).digest('hex');
  const note = path.join(folder, 'node_modules', '.installed-lock');
  if (fs.existsSync(note) && fs.readFileSync(note, 'utf8') === lock) return;
  execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: folder, stdio: 'inherit', shell: process.platform === 'win32' });
  fs.writeFileSync(note, lock);
}
