using System.CommandLine;
using System.Text.Json;
using Trainable.Cli.Packages;
using Trainable.Cli.Serving;
using Trainable.Cli.Terminal;
using Trainable.Server.Platform;

namespace Trainable.Cli.Commands;

/// <summary><c>trainable env</c>: the Python that scripts run in, and the packages it has.</summary>
internal static class EnvCommand
{
    public static Command Create(IDictionary<Command, string> lessons)
    {
        var command = new Command("env", "See and add the Python packages that agents' scripts can import.")
        {
            List(lessons),
            Add(lessons),
        };
        lessons[command] = """
            Examples:
              trainable env list
              trainable env add lightgbm
              trainable env add 'shap==0.44.0' category_encoders
            """;
        return command;
    }

    private static Command List(IDictionary<Command, string> lessons)
    {
        var home = Shared.Home();
        var json = Shared.Json("The interpreter and its packages as one JSON object.");
        var command = new Command("list", "List the packages that scripts can import.") { home, json };
        command.SetAction((line, _) => ListAsync(line.GetValue(home), line.GetValue(json), TimeProvider.System));
        lessons[command] = """
            Examples:
              trainable env list
              trainable env list --json | jq -r '.packages[] | "\(.name)==\(.version)"'
            """;
        return command;
    }

    private static Command Add(IDictionary<Command, string> lessons)
    {
        var packages = new Argument<string[]>("PACKAGE")
        {
            Description = "Names, as pip or Debian has them; a version where it matters.",
            Arity = ArgumentArity.OneOrMore,
        };
        var home = Shared.Home();
        var command = new Command("add", "Add packages that scripts can import.") { packages, home };
        command.SetAction(
            (line, _) => AddAsync(line.GetRequiredValue(packages), line.GetValue(home), TimeProvider.System)
        );
        lessons[command] = """
            As root, and where the sandbox runs Debian's Python, a package that Debian has is installed with apt-get. Anything else
            is installed with pip into a virtual environment in the home, on top of the packages that are there; PIP_INDEX_URL
            names a registry other than pypi.org. Sandboxes themselves have no network and install nothing.

            Examples:
              trainable env add lightgbm
              trainable env add python3-catboost
              trainable env add 'shap==0.44.0'
            Exit codes: 0 added, 2 that is no package's name, 3 it could not be installed.
            """;
        return command;
    }

    private static async Task<int> ListAsync(string? home, bool json, TimeProvider clock)
    {
        using var interrupts = new Interrupts();
        var python = PythonLocation.Read(Home(home));
        var packages = await InstalledPackage.ListAsync(python, clock, interrupts.Token);
        if (json)
            Console.WriteLine(
                JsonSerializer.Serialize(
                    new PythonEnvironment(python.Executable, packages),
                    PackageJson.Default.PythonEnvironment
                )
            );
        else
            Views.Print(Lines(python, packages));
        return ExitCodes.Ok;
    }

    private static async Task<int> AddAsync(string[] names, string? home, TimeProvider clock)
    {
        using var interrupts = new Interrupts();
        PackageRequest[] requests = [.. names.Select(PackageRequest.Parse)];
        foreach (var sentence in await new PackageInstaller(Home(home), clock).AddAsync(requests, interrupts.Token))
            Console.WriteLine(sentence);
        Console.WriteLine("Sandboxes that open from now on have it; one that is open closes when it has been idle.");
        return ExitCodes.Ok;
    }

    private static TrainableHome Home(string? home) => new(ServerOptions.FromEnvironment(home).Home);

    private static IEnumerable<TextLine> Lines(PythonLocation python, IReadOnlyList<InstalledPackage> packages)
    {
        yield return TextLine
            .Of($"{Words.Count(packages.Count, "package")} of ", Tone.Quiet)
            .Add(python.Executable, Tone.Strong);
        var width = packages.Select(package => package.Name.Length).DefaultIfEmpty().Max() + 2;
        foreach (var package in packages)
        {
            yield return TextLine
                .Of($"  {CleanText.Line(package.Name).PadRight(width)}")
                .Add(CleanText.Line(package.Version), Tone.Quiet)
                .Add(package.Own ? "   added" : "", Tone.Done);
        }
    }
}
