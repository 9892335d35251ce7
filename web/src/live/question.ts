/** What the agent wants to know, in whichever of its shapes the event has. */
export function readQuestion(data: unknown): {
  questionId: string;
  text: string;
  options: string[];
  answer: string | null;
} {
  const fields = (data ?? {}) as Record<string, unknown>;
  const text = (value: unknown) => (typeof value === 'string' ? value : '');
  const options = Array.isArray(fields.options) ? fields.options : [];
  return {
    questionId: text(fields.question_id) || text(fields.call_id),
    text: text(fields.question) || text(fields.text),
    options: options.map((option) =>
      typeof option === 'string' ? option : text((option as { label?: unknown })?.label),
    ),
    answer: text(fields.answer) || null,
  };
}
