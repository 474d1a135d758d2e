import { createRequire } from 'node:module';
import { join } from 'node:path';
import { BenchmarkError } from '../../shared/errors.mjs';
import { repository } from '../../shared/paths.mjs';

const require = createRequire(join(repository, 'package.json'));

/** A package that the library is developed with. */
export function repositoryModule(name) {
  try {
    return require(name);
  } catch (error) {
    if (error.code !== 'MODULE_NOT_FOUND') throw error;
    throw new BenchmarkError(`the package ${name} is not installed; run npm ci`);
  }
}
