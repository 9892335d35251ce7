using System.Text;

namespace Trainable.Server.Sandboxes.Output;

/// <summary>Keeps the first and the last lines of a text within a budget, and counts what it leaves out between them.</summary>
internal sealed class HeadTailBuffer(int budget)
{
    private readonly StringBuilder _head = new();
    private readonly Queue<string> _tail = new();
    private int _tailLength;
    private bool _headIsFull;

    /// <summary>All lines, those left out among them.</summary>
    public long Lines { get; private set; }

    public long LinesLeftOut { get; private set; }

    public void Add(string line)
    {
        Lines++;
        if (!_headIsFull && _head.Length + line.Length < budget / 2)
        {
            _head.Append(line).Append('\n');
            return;
        }
        // From here on in order: a short line must not slip in before a long one that did not fit.
        _headIsFull = true;
        _tail.Enqueue(line);
        _tailLength += line.Length + 1;
        while (_tailLength > budget - (budget / 2) && _tail.Count > 1)
        {
            _tailLength -= _tail.Dequeue().Length + 1;
            LinesLeftOut++;
        }
    }

    /// <param name="describeGap">Says in a line what is missing, from the number of lines.</param>
    public string Join(Func<long, string> describeGap)
    {
        var text = new StringBuilder().Append(_head);
        if (LinesLeftOut > 0)
            text.Append(describeGap(LinesLeftOut)).Append('\n');
        foreach (var line in _tail)
            text.Append(line).Append('\n');
        return text.ToString();
    }
}
