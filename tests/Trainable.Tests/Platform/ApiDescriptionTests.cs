using Trainable.Tests.App;

namespace Trainable.Tests.Platform;

public sealed class ApiDescriptionTests
{
    /// <summary>
    /// The studio's types are made from this file (<c>npm run types</c> in web/). TRAINABLE_APPROVE=1 writes it anew, after which
    /// they are to be made again.
    /// </summary>
    [Fact]
    public async Task TheDescriptionThatTheStudioIsBuiltFromIsTheServers()
    {
        await using var app = await TrainableApp.StartAsync(new ScriptedModels());
        var described = await app.Http.GetStringAsync("/openapi/v1.json", TestContext.Current.CancellationToken);
        var committed = Path.Combine(Repository.Root, "web", "openapi.json");
        if (Environment.GetEnvironmentVariable("TRAINABLE_APPROVE") == "1")
            await File.WriteAllTextAsync(committed, described, TestContext.Current.CancellationToken);
        described.ShouldBe(
            await File.ReadAllTextAsync(committed, TestContext.Current.CancellationToken),
            "web/openapi.json is not what the server describes: TRAINABLE_APPROVE=1 on this test, then 'npm run types' in web/"
        );
    }
}
