using Trainable.Server.Platform;
using Trainable.Tests.App;

namespace Trainable.Tests.Cli;

/// <summary>A home that this process serves with a scripted model, for commands in processes of their own.</summary>
internal sealed class ServedHome : IAsyncDisposable
{
    private readonly HomeLock _lock;

    private ServedHome(TrainableApp app, HomeLock held)
    {
        App = app;
        _lock = held;
    }

    public TrainableApp App { get; }

    public static async Task<ServedHome> StartAsync(ScriptedModels models)
    {
        var app = await TrainableApp.StartAsync(models);
        var held = HomeLock.TryAcquire(new TrainableHome(app.Home)).ShouldNotBeNull();
        held.Publish(
            new HomeOwner
            {
                Pid = Environment.ProcessId,
                Url = app.Server.Url,
                Token = app.Server.Token,
                Command = "up",
            }
        );
        return new ServedHome(app, held);
    }

    public CommandProcess Start(bool keepInput, params string[] arguments) =>
        CommandProcess.Start(CommandProcess.Trainable, [.. arguments, "--home", App.Home], keepInput: keepInput);

    public async Task<Ended> RunAsync(params string[] arguments)
    {
        await using var process = Start(keepInput: false, arguments);
        return await process.EndAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _lock.Dispose();
        await App.DisposeAsync();
    }
}
