using System.Globalization;
using Trainable.Server.Platform;

namespace Trainable.Server.Agents.Models.External;

/// <summary>How long a stage waits for the client that drives it.</summary>
internal sealed record ExternalOptions
{
    public const string IdleKey = "TRAINABLE_MCP_IDLE";

    private const double LongestIdle = 24 * 3600;

    /// <summary>After this long without a call the stage is ended: whoever drove it has gone.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromMinutes(15);

    /// <exception cref="UserFacingException">The setting is wrong.</exception>
    public static ExternalOptions Read(IConfiguration configuration)
    {
        if (configuration[IdleKey] is not { Length: > 0 } idle)
            return new ExternalOptions();
        return
            double.TryParse(idle, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)
            && seconds is >= 1 and <= LongestIdle
            ? new ExternalOptions { Idle = TimeSpan.FromSeconds(seconds) }
            : throw new UserFacingException($"{IdleKey} is '{idle}'; use seconds, at least 1 and at most a day.");
    }
}
