/** What became of a question: what was answered, or that nobody did in time. */
export interface Answer {
  /** `user`, or `timeout` when nobody answered. */
  by: string;
  answer: string | null;
  /** approve, edit or reject, for a script. */
  decision: string | null;
  reason: string | null;
}

export interface Question {
  questionId: string;
  /** `approval` is a script that waits to be run. */
  asks: 'question' | 'approval';
  text: string;
  options: readonly string[];
  code: string | null;
  /** When the agent decides by itself. */
  expiresAt: string | null;
}

type Fields = Readonly<Record<string, unknown>>;
const text = (value: unknown) => (typeof value === 'string' && value ? value : null);

export function readQuestion(data: unknown): Question {
  const fields = (data ?? {}) as Fields;
  return {
    questionId: text(fields.id) ?? '',
    asks: fields.kind === 'approval' ? 'approval' : 'question',
    text: text(fields.text) ?? '',
    options: Array.isArray(fields.options)
      ? fields.options.filter((option) => typeof option === 'string')
      : [],
    code: text(fields.code),
    expiresAt: text(fields.expires_at),
  };
}

export function readAnswer(data: unknown): Answer & { questionId: string } {
  const fields = (data ?? {}) as Fields;
  return {
    questionId: text(fields.id) ?? '',
    by: text(fields.by) ?? 'user',
    answer: text(fields.answer),
    decision: text(fields.decision),
    reason: text(fields.reason),
  };
}
