import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api, dataOf } from '@/api/client';
import type * as wire from '@/api/schema';

export type { ColumnFacts, TableItem } from '@/api/schema';

/** The rows of an answer, which the description of the API leaves open as JSON. */
export type QueryResult = Omit<wire.QueryResult, 'rows'> & { rows: unknown[][] };

/** The tables of a session; `version` changes when there may be others. */
export const tablesQuery = (session: string, version: string) =>
  queryOptions({
    queryKey: ['tables', session, version],
    queryFn: ({ signal }) =>
      dataOf(api.GET('/api/sessions/{id}/tables', { params: { path: { id: session } }, signal })),
    placeholderData: keepPreviousData,
  });

export async function runQuery(
  session: string,
  body: wire.QueryRequest,
  signal?: AbortSignal,
): Promise<QueryResult> {
  const call = api.POST('/api/sessions/{id}/query', { params: { path: { id: session } }, body, signal });
  return (await dataOf(call)) as QueryResult;
}

/** Columns described with one request. */
export const PROFILED = 50;

export const profileQuery = (session: string, table: string, version: string, block: number) =>
  queryOptions({
    queryKey: ['profile', session, table, version, block],
    queryFn: ({ signal }) =>
      dataOf(
        api.GET('/api/sessions/{id}/tables/{name}/profile', {
          params: {
            path: { id: session, name: table },
            query: { limit: PROFILED, offset: block * PROFILED },
          },
          signal,
        }),
      ),
    staleTime: Number.POSITIVE_INFINITY,
  });

export const downloadUrl = (session: string, sql: string, format: 'csv' | 'parquet', name: string) =>
  `/api/sessions/${session}/query/download?${new URLSearchParams({ sql, format, name })}`;

/** A name as SQL takes any. */
export const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;

/** A value as it stands in a cell; null is a missing one. */
export function cellText(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return numberText(value);
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** All digits that matter, and none that are only the shadow of a double. */
function numberText(value: number): string {
  if (Number.isInteger(value)) return String(value);
  return String(Number(value.toPrecision(10)));
}

export const isNumberType = (type: string) => /INT|DOUBLE|FLOAT|DECIMAL|REAL|NUMERIC/i.test(type);
export const isTimeType = (type: string) => /DATE|TIME/i.test(type);

const SHORT: Readonly<Record<string, string>> = {
  BIGINT: 'int',
  INTEGER: 'int',
  SMALLINT: 'int',
  TINYINT: 'int',
  HUGEINT: 'int',
  UBIGINT: 'int',
  UINTEGER: 'int',
  USMALLINT: 'int',
  UTINYINT: 'int',
  DOUBLE: 'float',
  FLOAT: 'float',
  VARCHAR: 'text',
  BOOLEAN: 'bool',
  DATE: 'date',
  TIMESTAMP: 'time',
};

/** DuckDB's type in a word. */
export const typeName = (type: string) => SHORT[type] ?? type.toLowerCase().replace(/\(.*/, '');
