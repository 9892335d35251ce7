using Trainable.Contracts;
using Trainable.Server.Platform;

namespace Trainable.Server.Sessions.Gallery;

/// <summary>Which experiments a gallery shows, and in which order.</summary>
internal sealed record GalleryFilter
{
    /// <summary>Groups of states by the names that the totals have, besides the states themselves.</summary>
    private static readonly Dictionary<string, string[]> Groups = new(StringComparer.Ordinal)
    {
        ["running"] = [.. Contracts.Stages.All.Select(SessionStates.Running)],
        ["done"] = [SessionStates.Done(Contracts.Stages.Train)],
        ["partial"] = [SessionStates.Done(Contracts.Stages.Eda), SessionStates.Done(Contracts.Stages.Prep)],
    };

    public required int Limit { get; init; }
    public required GalleryOrder Order { get; init; }
    public GalleryCursor? After { get; init; }
    public string? Text { get; init; }

    /// <summary>The newest session's state is one of them; null for any.</summary>
    public IReadOnlyList<string>? States { get; init; }

    /// <summary>A run of any of its sessions was made with this model.</summary>
    public string? Model { get; init; }

    /// <summary>These alone; null for all.</summary>
    public IReadOnlyList<Guid>? Ids { get; init; }

    /// <summary>The states that a name stands for.</summary>
    /// <exception cref="UserFacingException">There is no such state or group of states (422).</exception>
    public static IReadOnlyList<string> StatesOf(string name)
    {
        if (Groups.TryGetValue(name, out var group))
            return group;
        return SessionStates.All.Contains(name)
            ? [name]
            : throw new UserFacingException(
                $"There is no state '{name}'; states are {string.Join(", ", SessionStates.All)}, and running, partial and done for several of them.",
                422
            );
    }

    /// <exception cref="UserFacingException">The text holds something else than ids (422).</exception>
    public static IReadOnlyList<Guid> ParseIds(string text)
    {
        var ids = new List<Guid>();
        foreach (var part in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            ids.Add(
                Guid.TryParse(part, out var id)
                    ? id
                    : throw new UserFacingException("ids takes the ids of experiments, separated by commas.", 422)
            );
        }
        return ids;
    }
}
