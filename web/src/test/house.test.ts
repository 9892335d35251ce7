// @vitest-environment node
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const run = promisify(execFile);

/** What a tool says; empty when it is content. */
const said = (program: string, ...options: string[]) =>
  run('npx', [program, ...options]).then(
    () => '',
    (failure: { stdout?: string; stderr?: string }) => `${failure.stdout}${failure.stderr}`,
  );

describe('the house', () => {
  it(
    'has types that fit',
    async () => expect(await said('tsc', '--noEmit', '--pretty', 'false')).toBe(''),
    180_000,
  );
  it('is formatted and lint-clean', async () => expect(await said('biome', 'check', '.')).toBe(''), 60_000);
});
