import { useCallback } from 'react';
import { CodeLineView, usePythonLines } from '@/ui/code';
import { LineViewer } from '@/ui/line-viewer';

export default function PythonFile({ text }: { text: string }) {
  const lines = usePythonLines(text.trimEnd());
  const read = useCallback(
    (index: number) => lines[index]?.map((token) => token.content).join('') ?? '',
    [lines],
  );
  return (
    <LineViewer
      fill
      count={lines.length}
      label="the script"
      text={read}
      line={(index) => <CodeLineView line={lines[index] ?? []} number={index + 1} />}
    />
  );
}
