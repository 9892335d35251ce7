using Microsoft.Extensions.DependencyInjection;
using Trainable.Contracts;
using Trainable.Server.Agents.Models;
using Trainable.Server.Agents.Models.Anthropic;
using Trainable.Tests.App;

namespace Trainable.Tests.Agents.Anthropic;

/// <summary>
/// The application with Claude as its model, which a <see cref="MessagesServer"/> plays. A clock given is the one by which
/// Claude is waited for; scripts keep the real one.
/// </summary>
internal static class ClaudeApp
{
    public const string Key = "sk-ant-test-0123456789";

    public static Task<TrainableApp> StartAsync(
        MessagesServer api,
        TimeProvider? clock = null,
        string? home = null,
        TimeSpan? silence = null,
        bool preload = false
    ) =>
        TrainableApp.StartAsync(
            home: home,
            configure: services =>
            {
                var options = new AnthropicOptions
                {
                    ApiKey = Key,
                    BaseUrl = api.Url,
                    Silence = silence ?? TimeSpan.FromMinutes(10),
                };
                services.AddSingleton(options);
                if (!preload)
                    TrainableApp.WithoutPreloading(services);
                if (clock is not null)
                    services.AddSingleton<IModels>(provider => new ConfiguredModels([
                        ActivatorUtilities.CreateInstance<AnthropicProvider>(provider, options, clock),
                    ]));
            }
        );

    /// <summary>Runs EDA to its end; returns every event, deltas too.</summary>
    public static async Task<(Guid Session, List<StreamEvent> Events)> RunEdaAsync(this TrainableApp app)
    {
        var session = (await app.CreateExperimentAsync()).SessionId;
        (await app.StartStageAsync(session, "eda")).EnsureSuccessStatusCode();
        return (session, await app.FollowToStateAsync(session, "eda_done", "failed"));
    }

    public static string ErrorOf(List<StreamEvent> events) =>
        events.Single(item => item.Type == EventTypes.AgentError).Data.GetProperty("error").GetString()!;
}
