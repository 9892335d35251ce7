using Trainable.Contracts;

namespace Trainable.Cli.Terminal;

/// <summary>How a run is shown while it lasts: on a live terminal, as plain lines, or as JSON lines for programs.</summary>
internal interface IRunView : IAsyncDisposable
{
    /// <summary>One event of the session, in order.</summary>
    void Show(StreamEvent item);

    /// <summary>A sentence of the command's own, for people.</summary>
    void Notice(string sentence);

    /// <summary>How many bytes of the data have gone to the server; all of them ends it.</summary>
    void Sending(long sent, long total) { }
}
