using Trainable.Contracts;

namespace Trainable.Cli.Api;

/// <summary>How people name a session: the whole id, a prefix that only one has, or <c>latest</c>.</summary>
internal static class SessionName
{
    public const string Latest = "latest";
    public const string Help = "A session's id, the beginning of one, or 'latest'.";

    private const int ShortLength = 13;
    private const int Searched = 200;

    /// <summary>The part of an id that is shown: UUIDv7 begins with the time in milliseconds, so 13 characters tell apart.</summary>
    public static string Short(Guid session) => session.ToString()[..ShortLength];

    /// <summary>Finds the session.</summary>
    /// <exception cref="CommandException">None has that name, or several do.</exception>
    public static async Task<Guid> ResolveAsync(ApiClient api, string name, CancellationToken cancellation)
    {
        if (Guid.TryParse(name, out var whole))
            return whole;
        var experiments = await api.ListExperimentsAsync(Searched, cancellation);
        if (name == Latest)
            return NewestOf(experiments)
                ?? throw new CommandException("There are no sessions yet. Try './trainable run sample:iris'.");
        return Pick(name, await SessionsOfAsync(api, experiments, cancellation));
    }

    /// <summary>Every session of the given experiments, newest first.</summary>
    public static async Task<IReadOnlyList<(ExperimentDetail Experiment, SessionSummary Session)>> SessionsOfAsync(
        ApiClient api,
        IReadOnlyList<ExperimentSummary> experiments,
        CancellationToken cancellation
    )
    {
        var found = new List<(ExperimentDetail, SessionSummary)>();
        foreach (var chunk in experiments.Chunk(8))
        {
            var details = await Task.WhenAll(chunk.Select(one => api.GetExperimentAsync(one.Id, cancellation)));
            found.AddRange(details.SelectMany(detail => detail.Sessions.Select(session => (detail, session))));
        }
        return [.. found.OrderByDescending(pair => pair.Item2.CreatedAt)];
    }

    private static Guid? NewestOf(IEnumerable<ExperimentSummary> experiments) =>
        // The ids are UUIDv7, whose text sorts by time.
        experiments
            .Where(experiment => experiment.LatestSessionId is not null)
            .Select(experiment => experiment.LatestSessionId)
            .MaxBy(id => id.ToString(), StringComparer.Ordinal);

    private static Guid Pick(
        string prefix,
        IReadOnlyList<(ExperimentDetail Experiment, SessionSummary Session)> sessions
    )
    {
        var matches = sessions
            .Where(pair => pair.Session.Id.ToString().StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            .ToList();
        return matches switch
        {
            [var only] => only.Session.Id,
            [] => throw new CommandException($"No session's id begins with '{prefix}'. './trainable ls' lists them."),
            _ => throw new CommandException(
                $"{matches.Count} sessions begin with '{prefix}': "
                    + string.Join(", ", matches.Take(5).Select(pair => Short(pair.Session.Id)))
                    + ". Write more of the id."
            ),
        };
    }
}
