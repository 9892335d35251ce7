// @vitest-environment node
import { readFile } from 'node:fs/promises';
import openapiTS, { astToString } from 'openapi-typescript';
import { describe, expect, it } from 'vitest';

describe('the types of the API', () => {
  it('are those of openapi.json; `npm run types` makes them again', async () => {
    const description = JSON.parse(await readFile('openapi.json', 'utf8'));
    const types = astToString(
      await openapiTS(description, { rootTypes: true, rootTypesNoSchemaPrefix: true }),
    );
    const committed = await readFile('src/api/schema.ts', 'utf8');
    expect(committed.slice(committed.indexOf('export interface paths'))).toBe(
      types.slice(types.indexOf('export interface paths')),
    );
  }, 30_000);
});
