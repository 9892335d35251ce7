import { ReportText } from '@/canvas/report/report-text';

export default function MarkdownFile({ text, folder }: { text: string; folder: string }) {
  return <ReportText markdown={text} folder={folder} place={`markdown${folder}`} />;
}
