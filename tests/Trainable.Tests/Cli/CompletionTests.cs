using Trainable.Cli;

namespace Trainable.Tests.Cli;

/// <summary><c>trainable completion</c> in a real bash, called as bash calls it at a TAB.</summary>
public sealed class CompletionTests : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("trainable-tab-").FullName;

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Fact]
    public async Task CommandsComeFirstAndOptionsOnceBegun()
    {
        var commands = await CompleteAsync("trainable ");
        commands.ShouldContain("run");
        commands.ShouldContain("logs");
        commands.ShouldNotContain(word => word.StartsWith('-'));
        (await CompleteAsync("trainable run data.csv --st")).ShouldBe(["--stage", "--stage-model"]);
        (await CompleteAsync("trainable run data.csv --stage ")).ShouldBe(
            ["auto", "eda", "prep", "train"],
            ignoreOrder: true
        );
    }

    [Fact]
    public async Task ASampleIsCompletedAfterItsColon()
    {
        // bash takes the colon for a word's end and replaces only what follows it.
        (await CompleteAsync("trainable run sample:ir")).ShouldBe(["iris"]);
        (await CompleteAsync("trainable run sam")).ShouldContain("sample:iris");
    }

    [Fact]
    public async Task SessionsAreCompletedNewestFirstWithoutAServer()
    {
        var sessions = Path.Combine(_home, "workspace", "sessions");
        Directory.CreateDirectory(Path.Combine(sessions, "0199aaaa-0000-7000-8000-000000000001"));
        Directory.CreateDirectory(Path.Combine(sessions, "0199bbbb-0000-7000-8000-000000000001"));
        (await CompleteAsync($"trainable logs --home {_home} 0199a")).ShouldBe(["0199aaaa-0000"]);
        (await CompleteAsync($"trainable show --home {_home} la")).ShouldBe(["latest"]);
        Directory.GetFileSystemEntries(_home).ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData("zsh", "compdef _trainable_complete trainable")]
    [InlineData("fish", "complete -c trainable")]
    public async Task OtherShellsHaveAScriptOfTheirOwn(string shell, string line)
    {
        var script = await CommandProcess.RunAsync(CommandProcess.Trainable, ["completion", shell]);
        script.Code.ShouldBe(ExitCodes.Ok);
        script.Output.ShouldContain(line);
    }

    /// <summary>What bash would offer at the end of the line.</summary>
    private static async Task<string[]> CompleteAsync(string line)
    {
        const string tab = """
            source <("$1" completion bash)
            COMP_LINE=$2 COMP_POINT=${#2}
            # As readline breaks words: at blanks, and around colons.
            read -ra COMP_WORDS <<<"${2//:/ : }"
            [[ $2 == *' ' ]] && COMP_WORDS+=('')
            COMP_WORDS[0]=$1 COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            COMP_WORDBREAKS=$' \t\n"\'><=;|&(:'
            _trainable_complete
            ((${#COMPREPLY[@]} == 0)) || printf '%s\n' "${COMPREPLY[@]}"
            """;
        var ended = await CommandProcess.RunAsync(
            "bash",
            ["--norc", "-c", tab, "bash", CommandProcess.Trainable, line],
            directory: Path.GetTempPath()
        );
        ended.Code.ShouldBe(ExitCodes.Ok, ended.Errors);
        return ended.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
