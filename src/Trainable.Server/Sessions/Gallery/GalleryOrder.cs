using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.WebUtilities;
using Trainable.Contracts;
using Trainable.Server.Platform;

namespace Trainable.Server.Sessions.Gallery;

/// <summary>By what a gallery is sorted.</summary>
/// <param name="Key">One of <see cref="Keys"/>.</param>
/// <param name="Descending">Largest, newest or best first.</param>
internal sealed record GalleryOrder(string Key, bool Descending) : IComparer<GalleryKey>
{
    public const string Created = "created";
    public const string Name = "name";
    public const string State = "state";
    public const string Score = "score";
    public const string Updated = "updated";

    public static readonly IReadOnlyList<string> Keys = [Created, Name, State, Score, Updated];

    public static readonly GalleryOrder Newest = new(Created, Descending: true);

    /// <summary><c>name</c> ascending, <c>-name</c> descending.</summary>
    /// <exception cref="UserFacingException">There is no such order (422).</exception>
    public static GalleryOrder Parse(string text)
    {
        var descending = text.StartsWith('-');
        var key = descending ? text[1..] : text;
        return Keys.Contains(key)
            ? new GalleryOrder(key, descending)
            : throw new UserFacingException(
                $"sort is one of {string.Join(", ", Keys)}, with '-' before it for the other direction.",
                422
            );
    }

    /// <summary>The key's value as an experiment has it. What has none comes last in both directions.</summary>
    public GalleryKey Of(GalleryRow row) =>
        Key switch
        {
            Name => new GalleryKey(row.Id) { Text = row.Name },
            // States in the order in which a session passes through them.
            State => new GalleryKey(row.Id) { Number = Rank(row.LatestState) },
            Score => new GalleryKey(row.Id) { Number = row.Skill },
            Updated => new GalleryKey(row.Id) { Ticks = row.UpdatedAt.Ticks },
            _ => new GalleryKey(row.Id) { Ticks = row.CreatedAt.Ticks },
        };

    public int Compare(GalleryKey? left, GalleryKey? right)
    {
        if (left!.IsAbsent != right!.IsAbsent)
            return left.IsAbsent ? 1 : -1;
        var order = left.Ticks.CompareTo(right.Ticks);
        if (order == 0)
            order = Nullable.Compare(left.Number, right.Number);
        if (order == 0)
            order = string.Compare(left.Text, right.Text, CultureInfo.InvariantCulture, CompareOptions.IgnoreCase);
        if (order == 0)
            order = left.Id.CompareTo(right.Id);
        return Descending ? -order : order;
    }

    /// <summary>
    /// Scores of different metrics on one scale: the share of what the constant baseline leaves to be gained,
    /// (score - baseline) / (perfect - baseline), as forecasters do (the skill score). 1 is perfect, 0 no better than the baseline.
    /// </summary>
    public static double? SkillOf(ScoreReport? score)
    {
        if (score is null)
            return null;
        // Every metric where more is better has its best at 1, and every loss at 0.
        var toGain = (score.HigherIsBetter ? 1 : 0) - score.Baseline;
        return toGain == 0 ? 0 : (score.Value - score.Baseline) / toGain;
    }

    private static double? Rank(string? state)
    {
        for (var index = 0; index < SessionStates.All.Count; index++)
        {
            if (SessionStates.All[index] == state)
                return index;
        }
        return null;
    }
}

/// <summary>What of an experiment decides its place.</summary>
internal sealed record GalleryRow
{
    public required Guid Id { get; init; }
    public required string Name { get; init; }
    public required DateTime CreatedAt { get; init; }
    public required DateTime UpdatedAt { get; init; }
    public string? LatestState { get; init; }
    public double? Skill { get; init; }
}

/// <summary>A place in an order: the key's value, and the id where two have the same.</summary>
internal sealed record GalleryKey(Guid Id)
{
    public long Ticks { get; init; }
    public double? Number { get; init; }
    public string? Text { get; init; }

    [JsonIgnore]
    public bool IsAbsent => Ticks == 0 && Number is null && Text is null;
}

/// <summary>The last experiment of a page. It need not be there any more: the next page starts after where it stood.</summary>
internal sealed record GalleryCursor(GalleryKey Key)
{
    /// <exception cref="UserFacingException">The text is no cursor (422).</exception>
    public static GalleryCursor Parse(string text)
    {
        try
        {
            var key = JsonSerializer.Deserialize(WebEncoders.Base64UrlDecode(text), GalleryJson.Default.GalleryKey);
            return key is null ? throw Paging.BadCursor() : new GalleryCursor(key);
        }
        catch (Exception broken) when (broken is JsonException or FormatException)
        {
            throw Paging.BadCursor();
        }
    }

    public override string ToString() =>
        WebEncoders.Base64UrlEncode(JsonSerializer.SerializeToUtf8Bytes(Key, GalleryJson.Default.GalleryKey));
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(GalleryKey))]
internal sealed partial class GalleryJson : JsonSerializerContext;
