#!/usr/bin/env node
// Prints the software bill of materials (CycloneDX, JSON) of what the image runs: the packages that `npm ci --omit=dev` installs on this platform, and Node.js itself.
// The same input gives the same text: no random serial number, and the time is SOURCE_DATE_EPOCH (https://reproducible-builds.org/docs/source-date-epoch/).
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const read = (name) => JSON.parse(readFileSync(fileURLToPath(new URL(`../${name}`, import.meta.url)), 'utf8'));
const manifest = read('package.json');
const lock = read('package-lock.json');

// `npm sbom --omit=dev` leaves out what both the program and a package of development depend on, so it is told of no development at all.
delete manifest.devDependencies;
delete lock.packages[''].devDependencies;
for (const [path, { dev, os, cpu, libc }] of Object.entries(lock.packages)) {
  if (dev || !fits(os, process.platform) || !fits(cpu, process.arch) || !fits(libc, libcOfThis())) delete lock.packages[path];
}

const bom = JSON.parse(sbom());
delete bom.serialNumber;
bom.metadata.timestamp = new Date(Number(process.env.SOURCE_DATE_EPOCH ?? 0) * 1000).toISOString();
Object.assign(bom.metadata.component, { type: 'application', name: manifest.name });
const node = `node@${process.versions.node}`;
bom.components.push({ 'bom-ref': node, type: 'platform', name: 'node', version: process.versions.node, purl: `pkg:generic/${node}`, cpe: `cpe:2.3:a:nodejs:node.js:${process.versions.node}:*:*:*:*:*:*:*` });
bom.dependencies.find(({ ref }) => ref === bom.metadata.component['bom-ref']).dependsOn.push(node);
bom.dependencies.push({ ref: node, dependsOn: [] });
process.stdout.write(`${JSON.stringify(bom, undefined, 2)}\n`);

function sbom() {
  const folder = mkdtempSync(join(tmpdir(), 'sbom-'));
  try {
    writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
    writeFileSync(join(folder, 'package-lock.json'), JSON.stringify(lock));
    return execFileSync('npm', ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'], { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Whether a package for these (`os`, `cpu` or `libc` of package.json, where `!` excludes) is installed here. */
function fits(wanted, here) {
  if (wanted === undefined) return true;
  return wanted.some((value) => value.startsWith('!')) ? !wanted.includes(`!${here}`) : wanted.includes(here);
}

function libcOfThis() {
  return process.report.getReport().header.glibcVersionRuntime === undefined ? 'musl' : 'glibc';
}
