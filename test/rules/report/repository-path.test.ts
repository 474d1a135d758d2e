import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { repositoryPath } from '../../../lib/rules/report/repository-path';

let top: string;

beforeEach(() => {
  top = realpathSync(mkdtempSync(join(tmpdir(), 'cdk8s-mqtt-path-')));
  mkdirSync(join(top, 'apps', 'broker'), { recursive: true });
});
afterEach(() => rmSync(top, { recursive: true }));

describe('a file in a report', () => {
  test('is named from the top of the repository', () => {
    mkdirSync(join(top, '.git'));
    expect(repositoryPath('dist/a b.yaml', join(top, 'apps', 'broker'))).toBe('apps/broker/dist/a%20b.yaml');
    expect(repositoryPath(join(top, 'c.yaml'), join(top, 'apps', 'broker'))).toBe('c.yaml');
  });

  test('is named by its full address outside of it', () => {
    mkdirSync(join(top, '.git'));
    expect(repositoryPath('/elsewhere/a.yaml', top)).toBe('file:///elsewhere/a.yaml');
  });

  test('is named from the working directory where there is no repository', () => {
    expect(repositoryPath('a.yaml', join(top, 'apps'))).toBe('a.yaml');
  });
});
