/** A sentence in which `names` stand in backticks. */
export function Sentence({ text }: { text: string }) {
  const parts = text.split(/`([^`]+)`/);
  return parts.map((part, index) =>
    index % 2 === 1 ? (
      <code key={index} className="rounded-sm bg-gray-3 px-1 text-[12px]">
        {part}
      </code>
    ) : (
      part
    ),
  );
}
