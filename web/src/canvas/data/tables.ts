import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { ApiError, problemOf } from '@/api/problem';

// What the explorer answers with; docs/api.md describes it.

export interface TableColumn {
  name: string;
  /** DuckDB's type. */
  type: string;
}

export interface TableItem {
  name: string;
  kind: 'raw' | 'working' | 'split' | 'union' | 'file';
  format: string | null;
  path: string | null;
  columns: TableColumn[];
  rows: number | null;
  error?: string;
}

export interface QueryResult {
  columns: string[];
  rows: unknown[][];
  row_count: number;
  types: string[];
  more: boolean;
  cut: boolean;
  seconds: number;
}

export interface ColumnFacts {
  name: string;
  type: string;
  missing: number;
  distinct: number;
  min?: number | string | null;
  max?: number | string | null;
  mean?: number | null;
  standard_deviation?: number | null;
  median?: number | null;
  histogram?: { low: number | string; high: number | string; counts: number[] } | null;
  top?: { value: string; count: number }[] | null;
}

export interface TableProfile {
  columns: ColumnFacts[];
  total: number;
  rows: number;
  complete: boolean;
}

async function ask<T>(address: string, init: RequestInit): Promise<T> {
  let answer: Response;
  try {
    answer = await fetch(address, init);
  } catch (error) {
    throw ApiError.unreachable(error);
  }
  if (!answer.ok) throw await problemOf(answer);
  return (await answer.json()) as T;
}

/** The tables of a session; `version` changes when there may be others. */
export const tablesQuery = (session: string, version: string) =>
  queryOptions({
    queryKey: ['tables', session, version],
    queryFn: ({ signal }) => ask<TableItem[]>(`/api/sessions/${session}/tables`, { signal }),
    placeholderData: keepPreviousData,
  });

export function runQuery(
  session: string,
  query: { sql: string; limit: number; offset?: number },
  signal?: AbortSignal,
): Promise<QueryResult> {
  return ask(`/api/sessions/${session}/query`, {
    method: 'POST',
    body: JSON.stringify(query),
    headers: { 'Content-Type': 'application/json' },
    signal,
  });
}

/** Columns described with one request. */
export const PROFILED = 50;

export const profileQuery = (session: string, table: string, version: string, block: number) =>
  queryOptions({
    queryKey: ['profile', session, table, version, block],
    queryFn: ({ signal }) =>
      ask<TableProfile>(
        `/api/sessions/${session}/tables/${encodeURIComponent(table)}/profile?limit=${PROFILED}&offset=${block * PROFILED}`,
        { signal },
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
