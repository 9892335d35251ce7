using Microsoft.Extensions.Logging;
using Trainable.Server.Platform;

namespace Trainable.Cli.Serving;

/// <summary>The server's log as <c>$TRAINABLE_HOME/logs/server.log</c>; past a size the file becomes <c>server.1.log</c>.</summary>
internal sealed class FileLog : ILoggerProvider
{
    private const long MaxBytes = 10_000_000;

    private readonly Lock _gate = new();
    private readonly StreamWriter _file;

    public FileLog(TrainableHome home)
    {
        var path = Path.Combine(home.Logs, "server.log");
        if (new FileInfo(path) is { Exists: true, Length: > MaxBytes })
            File.Move(path, Path.Combine(home.Logs, "server.1.log"), overwrite: true);
        _file = new StreamWriter(
            path,
            new FileStreamOptions
            {
                Mode = FileMode.Append,
                Access = FileAccess.Write,
                Share = FileShare.ReadWrite,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }
        )
        {
            AutoFlush = true,
        };
    }

    public ILogger CreateLogger(string categoryName) => new Entry(this, categoryName);

    public void Dispose()
    {
        lock (_gate)
            _file.Dispose();
    }

    private void Write(string line)
    {
        lock (_gate)
        {
            if (_file.BaseStream is not { CanWrite: true })
                return;
            try
            {
                _file.WriteLine(line);
            }
            catch (IOException full) when (DiskFull.Is(full))
            {
                // There is no room to say so, and what was being logged must not fail over its log.
            }
        }
    }

    private sealed class Entry(FileLog log, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        ) =>
            log.Write(
                $"{TimeProvider.System.GetUtcNow():yyyy-MM-ddTHH:mm:ss.fffZ} {logLevel} {category}: {formatter(state, exception)}"
                    + (exception is null ? "" : $"\n{exception}")
            );
    }
}
