using System.Net;
using System.Net.Http.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Trainable.Contracts;
using Trainable.Server.Agents.Models;
using Trainable.Server.Agents.Models.Anthropic;
using Trainable.Server.Platform;
using Trainable.Tests.App;

namespace Trainable.Tests.Agents;

public sealed class ModelsTests
{
    [Fact]
    public async Task WithoutAKeyAutopilotIsTheDefaultAndClaudeSaysWhatToSet()
    {
        await using var app = await TrainableApp.StartAsync();
        var models = await ListAsync(app);
        models[0].Id.ShouldBe("autopilot");
        models[0].Default.ShouldBeTrue();
        models[0].ContextWindow.ShouldBeNull();
        var claude = models.Single(model => model.Id == "claude-opus-4-6");
        claude.Available.ShouldBeFalse();
        claude.Reason.ShouldBe("Set ANTHROPIC_API_KEY to use Claude.");
        claude.Prices.ShouldBe(new ModelPrices(5, 25, 6.25m, 0.5m));

        var session = (await app.CreateExperimentAsync()).SessionId;
        var refused = await app.StartStageAsync(session, "eda", new StartStageRequest { Model = "claude-opus-4-6" });
        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await TrainableApp.DetailAsync(refused)).ShouldBe(
            "The model 'claude-opus-4-6' needs a key: set ANTHROPIC_API_KEY, or choose autopilot."
        );
    }

    [Fact]
    public async Task WithAKeyTheChosenClaudeIsTheDefaultEvenIfItIsNotInTheCatalogue()
    {
        await using var app = await TrainableApp.StartAsync(configure: services =>
            services.AddSingleton(new AnthropicOptions { ApiKey = "sk-ant-x", Model = "claude-future-9" })
        );
        var models = await ListAsync(app);
        models[0].Id.ShouldBe("claude-future-9");
        models[0].Default.ShouldBeTrue();
        models[0].Prices.ShouldBeNull();
        models.Where(model => model.Provider == "anthropic").ShouldAllBe(model => model.Available);
        models.Count(model => model.Default).ShouldBe(1);
        models.ShouldContain(model => model.Id == "autopilot");
    }

    [Fact]
    public async Task OllamasModelsAreThereOnlyWhereSomethingAnswers()
    {
        using var closed = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        closed.Start();
        var port = ((IPEndPoint)closed.LocalEndpoint).Port;
        closed.Stop();
        await using var app = await TrainableApp.StartAsync(configure: services =>
            services.AddSingleton(
                new Trainable.Server.Agents.Models.Ollama.OllamaOptions
                {
                    BaseUrl = new Uri($"http://127.0.0.1:{port}"),
                    Model = "llama3.1",
                }
            )
        );
        var model = (await ListAsync(app)).Single(one => one.Id == "ollama/llama3.1");
        model.Available.ShouldBeFalse();
        model.Reason.ShouldBe($"Nothing answers at 127.0.0.1:{port}: start Ollama, or set OLLAMA_HOST to where it is.");

        // Any server that answers is somebody: this application itself.
        await using var other = await TrainableApp.StartAsync(configure: services =>
            services.AddSingleton(
                new Trainable.Server.Agents.Models.Ollama.OllamaOptions { BaseUrl = app.Server.Url, Model = "llama3.1" }
            )
        );
        (await ListAsync(other)).Single(one => one.Id == "ollama/llama3.1").Available.ShouldBeTrue();
    }

    [Fact]
    public async Task AnUnknownModelIsRefusedWithThoseThereAre()
    {
        await using var app = await TrainableApp.StartAsync();
        var session = (await app.CreateExperimentAsync()).SessionId;
        var refused = await app.StartStageAsync(session, "eda", new StartStageRequest { Model = "gpt-x" });
        (await TrainableApp.DetailAsync(refused)).ShouldBe("There is no model 'gpt-x' here. Available: autopilot.");
    }

    [Fact]
    public void ADatedSnapshotHasTheFactsOfItsFamily()
    {
        var catalogue = ModelCatalogue.Shipped();
        catalogue.Find("claude-haiku-4-5-20251001")!.Id.ShouldBe("claude-haiku-4-5");
        catalogue.Find("claude-haiku-4-5-latestest").ShouldBeNull();
        catalogue.Find("claude-haiku-9").ShouldBeNull();
    }

    [Fact]
    public void SettingsComeFromTheEnvironmentAndAWrongAddressIsNotRepeated()
    {
        var options = Read(
            ("ANTHROPIC_API_KEY", " sk-1 "),
            ("CLAUDE_MODEL", "claude-haiku-4-5"),
            ("ANTHROPIC_BASE_URL", "")
        );
        options.ApiKey.ShouldBe("sk-1");
        options.Model.ShouldBe("claude-haiku-4-5");
        options.BaseUrl.Host.ShouldBe("api.anthropic.com");
        Read().ApiKey.ShouldBeNull();
        Should
            .Throw<UserFacingException>(() => Read(("ANTHROPIC_BASE_URL", "user:secret@proxy")))
            .Message.ShouldBe("ANTHROPIC_BASE_URL is no address; it looks like https://api.anthropic.com.");
    }

    private static AnthropicOptions Read(params (string Name, string Value)[] variables) =>
        AnthropicOptions.Read(
            new ConfigurationBuilder()
                .AddInMemoryCollection(variables.ToDictionary(one => one.Name, one => (string?)one.Value))
                .Build()
        );

    private static async Task<ModelItem[]> ListAsync(TrainableApp app) =>
        (
            await app.Http.GetFromJsonAsync(
                "/api/models",
                ContractJson.Default.ModelItemArray,
                TestContext.Current.CancellationToken
            )
        )!;
}
