using System.Text.RegularExpressions;

namespace Trainable.Cli.Packages;

/// <summary>A package as a person names it: <c>lightgbm</c>, <c>shap==0.44.0</c>, <c>python3-lightgbm</c>.</summary>
/// <param name="Text">All of it, as pip takes it.</param>
/// <param name="Name">Without extras and version.</param>
/// <param name="IsPinned">Whether a version or an extra is asked for, which Debian's packages cannot answer.</param>
internal sealed partial record PackageRequest(string Text, string Name, bool IsPinned)
{
    private const string DebianPrefix = "python3-";

    public bool IsDebianName => Name.StartsWith(DebianPrefix, StringComparison.Ordinal);

    /// <summary>What Debian would call it: <c>scikit_learn</c> is <c>python3-scikit-learn</c> there.</summary>
    public string DebianName =>
        IsDebianName ? Name : DebianPrefix + Name.ToLowerInvariant().Replace('_', '-').Replace('.', '-');

    /// <exception cref="CommandException">It is no package's name: an option, a path, an address.</exception>
    public static PackageRequest Parse(string text) =>
        Form().Match(text) is { Success: true } match
            ? new PackageRequest(text, match.Groups["name"].Value, match.Groups["rest"].Length > 0)
            : throw new CommandException(
                $"'{text}' is no package's name: give names such as lightgbm or 'shap==0.44.0'.",
                ExitCodes.Usage
            );

    [GeneratedRegex(
        @"^(?<name>[A-Za-z0-9]([A-Za-z0-9._-]{0,98}[A-Za-z0-9])?)(?<rest>(\[[A-Za-z0-9,._-]{1,98}\])?((==|>=|<=|~=|!=|<|>)[A-Za-z0-9.*+!-]{1,50}(,(==|>=|<=|~=|!=|<|>)[A-Za-z0-9.*+!-]{1,50}){0,4})?)$",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Form();
}
