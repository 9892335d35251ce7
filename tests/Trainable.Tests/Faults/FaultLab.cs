using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Trainable.Contracts;
using Trainable.Server.Events;
using Trainable.Tests.App;

namespace Trainable.Tests.Faults;

/// <summary>
/// The faults of the reference, numbered as in the list its users made (docs/reliability.md). Each test would fail on the
/// reference's design.
/// </summary>
internal static class FaultLab
{
    public const string Report = "open('report.md', 'w').write('# Findings')";
    public const string Endless = "import time\nprint('on', flush=True)\ntime.sleep(600)";

    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<Guid> SessionAsync(this TrainableApp app) => (await app.CreateExperimentAsync()).SessionId;

    /// <summary>Runs EDA to its end; returns its events.</summary>
    public static async Task<List<StreamEvent>> RunEdaAsync(this TrainableApp app, Guid session, long after = 0)
    {
        (await app.StartStageAsync(session, "eda")).EnsureSuccessStatusCode();
        return await app.FollowUntilAsync(session, item => TrainableApp.StateOf(item) is "eda_done" or "failed", after);
    }

    public static Task AppendAsync(this TrainableApp app, IEnumerable<Append> appends) =>
        Task.WhenAll(appends.Select(one => app.Server.Services.GetRequiredService<EventLog>().AppendAsync(one)));

    public static Append Message(Guid session, string text) =>
        new(session)
        {
            Events =
            [
                EventDraft.Create(EventTypes.UserMessage, new UserMessage(text), ContractJson.Default.UserMessage),
            ],
        };

    public static async Task PostMessageAsync(this TrainableApp app, Guid session, string text) =>
        (
            await app.Http.PostAsJsonAsync(
                $"/api/sessions/{session}/messages",
                new PostMessageRequest { Content = text },
                ContractJson.Default.PostMessageRequest,
                Cancellation
            )
        ).EnsureSuccessStatusCode();

    public static async Task<MetricItem[]> MetricsAsync(this TrainableApp app, Guid session) =>
        (
            await app.Http.GetFromJsonAsync(
                $"/api/sessions/{session}/metrics",
                ContractJson.Default.MetricItemArray,
                Cancellation
            )
        )!;
}
