/** One line that says what a call does: the script's first comment, else the tool and what it was given. */
export function stepTitle(tool: string, input: unknown): string {
  const fields = (input ?? {}) as Record<string, unknown>;
  if (tool === 'execute_code' && typeof fields.code === 'string') return scriptTitle(fields.code);
  if (tool === 'finish_stage') return 'Ask the referee whether the stage is done';
  const what = [fields.path, fields.sql, fields.query, fields.name].find(
    (value) => typeof value === 'string',
  ) as string | undefined;
  const verbs: Record<string, string> = { read_file: 'Read', list_files: 'List', query_data: 'Query' };
  const verb = verbs[tool] ?? tool;
  return what ? `${verb} ${oneLine(what)}` : verb;
}

function scriptTitle(code: string): string {
  for (const raw of code.split('\n', 40)) {
    const line = raw.trim();
    const comment = /^#(?!!|\s*-\*-)\s*(.{4,})$/.exec(line)?.[1];
    if (comment) return oneLine(comment.replace(/^[-=#\s]+|[-=#\s]+$/g, '')) || 'Run Python';
    const definition = /^(?:def|class)\s+(\w+)/.exec(line)?.[1];
    if (definition) return definition;
  }
  return 'Run Python';
}

const oneLine = (text: string) => {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 140 ? `${line.slice(0, 139)}…` : line;
};
