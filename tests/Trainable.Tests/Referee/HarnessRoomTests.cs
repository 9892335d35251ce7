using Microsoft.Extensions.Logging.Abstractions;
using Trainable.Server.Referee.Files;
using Trainable.Tests.Sandboxes;

namespace Trainable.Tests.Referee;

/// <summary>Checks of a session share a sandbox, and nothing but the imports goes from one to the next.</summary>
[Trait("Kind", "integration")]
public sealed class HarnessRoomTests : IAsyncDisposable
{
    private readonly SandboxLab _lab = new();
    private readonly RefereeHarness _harness;
    private readonly Guid _session = Guid.CreateVersion7();

    public HarnessRoomTests() =>
        _harness = new RefereeHarness(
            _lab.Runtime,
            _lab.Options,
            _lab.Home,
            TimeProvider.System,
            NullLogger<RefereeHarness>.Instance
        );

    public async ValueTask DisposeAsync()
    {
        await _harness.DisposeAsync();
        _lab.Dispose();
    }

    [Fact]
    public async Task NothingThatAScriptLeavesMeetsTheNext()
    {
        HarnessRoom? first;
        using (var bench = await TakeAsync(forHeldRows: false))
        {
            first = bench.Room.ShouldNotBeNull();
            await File.WriteAllTextAsync(bench.Input("pipeline.pkl"), "", TestContext.Current.CancellationToken);
            (await ListAsync(bench)).ShouldBe(["/referee/in/pipeline.pkl"]);
            (await ListAsync(bench)).ShouldBe(["/referee/in/pipeline.pkl"]);
        }
        using var next = await TakeAsync(forHeldRows: true);
        next.Room.ShouldBeSameAs(first);
        (await ListAsync(next)).ShouldBeEmpty();
    }

    [Fact]
    public async Task ARoomThatSawHeldRowsIsNoneForAnAgentsChecks()
    {
        using (var bench = await TakeAsync(forHeldRows: true))
            bench.Room.ShouldNotBeNull();
        using (var bench = await TakeAsync(forHeldRows: false))
            bench.Room.ShouldBeNull();
        await _harness.CloseAsync(_session);
        using (var bench = await TakeAsync(forHeldRows: false))
            bench.Room.ShouldNotBeNull();
    }

    [Fact]
    public async Task WhoComesWhileARoomIsTakenGetsOneToHimself()
    {
        using var first = await TakeAsync(forHeldRows: false);
        using var second = await TakeAsync(forHeldRows: false);
        second.Room.ShouldBeNull();
        second.In.ShouldNotBe(first.In);
    }

    private Task<Workbench> TakeAsync(bool forHeldRows) =>
        _harness.BenchAsync(_session, forHeldRows, TestContext.Current.CancellationToken);

    /// <summary>What a script finds of others in every place that one could write to; it then leaves a file in each.</summary>
    private async Task<string[]> ListAsync(Workbench bench)
    {
        const string pickle = """
            import os, sys

            class Visitor:
                def __reduce__(self):
                    return exec, (CODE,)

            CODE = '''
            import json, os
            places = ['/referee/in', '/referee/out', '/tmp', '/dev/shm']
            found = [place + '/' + name for place in places for name in sorted(os.listdir(place))]
            for place in places[1:]:
                os.makedirs(place + '/left/deep', exist_ok=True)
                os.chmod(place + '/left', 0)
            raise SystemExit(json.dumps(found))
            '''

            import pickle
            open(sys.argv[1], 'wb').write(pickle.dumps(Visitor()))
            """;
        using var maker = System.Diagnostics.Process.Start(
            "/usr/bin/python3",
            ["-c", pickle, Path.Combine(bench.In, ".model.pkl")]
        );
        await maker.WaitForExitAsync(TestContext.Current.CancellationToken);
        var result = await _harness.RunAsync(
            "predict.py",
            ["--model", $"{RefereeHarness.In}/.model.pkl", "--features", "none.csv", "--problem-type", "binary"],
            bench,
            TestContext.Current.CancellationToken
        );
        var told = result.Error.ShouldNotBeNull();
        var list = told[told.IndexOf('[')..(told.LastIndexOf(']') + 1)];
        return
        [
            .. System
                .Text.Json.JsonSerializer.Deserialize<string[]>(list)!
                .Where(path => !path.EndsWith(".model.pkl", StringComparison.Ordinal)),
        ];
    }
}
