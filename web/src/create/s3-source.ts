/** What was chosen in S3: an object, or all below a prefix. */
export interface S3Choice {
  bucket: string;
  /** Ends in a slash for all below it; empty for the whole bucket. */
  key: string;
}

export const isFolder = ({ key }: S3Choice) => key === '' || key.endsWith('/');

export const addressOf = ({ bucket, key }: S3Choice) => `s3://${bucket}/${key}`;

/** `in/telco-churn.csv` → `telco-churn`; a folder's own name, or the bucket's. */
export function nameOfChoice({ bucket, key }: S3Choice): string {
  const last = key.replace(/\/$/, '').split('/').at(-1);
  if (!last) return bucket;
  const name = key.endsWith('/')
    ? last
    : last.replace(/(\.(csv|tsv|txt|json|jsonl|ndjson|parquet|pq|gz|zip))+$/i, '');
  return (name || last).slice(0, 200);
}

/** A prefix as the way to it: each folder with its own prefix. */
export function wayTo(prefix: string): { name: string; prefix: string }[] {
  const names = prefix.split('/').slice(0, -1);
  return names.map((name, index) => ({ name, prefix: `${names.slice(0, index + 1).join('/')}/` }));
}
