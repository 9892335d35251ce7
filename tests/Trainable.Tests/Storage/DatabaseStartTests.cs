using Trainable.Cli;
using Trainable.Tests.App;
using Trainable.Tests.Cli;

namespace Trainable.Tests.Storage;

/// <summary>What a person reads whose DATABASE_URL does not work, from the command itself.</summary>
[Trait("Kind", "integration")]
public sealed class DatabaseStartTests
{
    [Fact]
    public async Task AUrlThatCannotBeReadIsWrongUsage()
    {
        var ended = await RunAsync("postgres://ada:hunter2@host:port/db");
        ended.Code.ShouldBe(ExitCodes.Usage);
        ShouldBeOneSentence(ended, "DATABASE_URL has a port");
    }

    [Fact]
    public async Task AServerThatIsNotThereIsNamed()
    {
        var ended = await RunAsync("postgres://ada:hunter2@127.0.0.1:1/db");
        ended.Code.ShouldBe(ExitCodes.Failed);
        ShouldBeOneSentence(ended, "PostgreSQL at 127.0.0.1:1 cannot be reached (Connection refused)");
    }

    [Fact]
    public async Task AHostThatIsNotKnownIsNamed()
    {
        var ended = await RunAsync("postgres://ada:hunter2@nowhere.invalid/db");
        ended.Code.ShouldBe(ExitCodes.Failed);
        ShouldBeOneSentence(ended, "PostgreSQL at nowhere.invalid:5432 cannot be reached");
    }

    [Fact]
    public async Task ARefusedPasswordIsSaidSo()
    {
        var cluster = await SharedPostgres.ClusterAsync();
        var ended = await RunAsync(cluster.TcpUrl("postgres", password: "hunter2"));
        ended.Code.ShouldBe(ExitCodes.Failed);
        ShouldBeOneSentence(ended, "refuses the password of user 'trainable'");
    }

    [Fact]
    public async Task ADatabaseThatDoesNotExistIsNamed()
    {
        var cluster = await SharedPostgres.ClusterAsync();
        var ended = await RunAsync(cluster.TcpUrl("no_such_database"));
        ended.Code.ShouldBe(ExitCodes.Failed);
        ShouldBeOneSentence(ended, "has no database 'no_such_database'");
        ended.Errors.ShouldNotContain(PostgresCluster.Password);
    }

    [Fact]
    public async Task AServerWithoutTlsIsSaidSoWhereTlsIsRequired()
    {
        var cluster = await SharedPostgres.ClusterAsync();
        var ended = await RunAsync(cluster.TcpUrl("postgres") + "?sslmode=require");
        ended.Code.ShouldBe(ExitCodes.Failed);
        ShouldBeOneSentence(ended, "SSL");
    }

    [Fact]
    public async Task AUserWhoMayNotMakeTablesIsTold()
    {
        var cluster = await SharedPostgres.ClusterAsync();
        var database = await cluster.CreateDatabaseAsync();
        await cluster.ExecuteAsync("CREATE ROLE guest LOGIN PASSWORD 'hunter2'", database);
        var url = cluster
            .TcpUrl(database, password: "hunter2")
            .Replace("trainable:", "guest:", StringComparison.Ordinal);
        var ended = await RunAsync(url);
        ended.Code.ShouldBe(ExitCodes.Failed);
        ShouldBeOneSentence(ended, "User 'guest' may not make Trainable's tables");
    }

    [Fact]
    public async Task TheCommandWorksOnPostgres()
    {
        var cluster = await SharedPostgres.ClusterAsync();
        var ended = await RunAsync(cluster.TcpUrl(await cluster.CreateDatabaseAsync()));
        ended.Errors.ShouldBeEmpty();
        ended.Code.ShouldBe(ExitCodes.Ok);
    }

    private static async Task<Ended> RunAsync(string url)
    {
        var home = Directory.CreateTempSubdirectory("trainable-");
        try
        {
            return await CommandProcess.RunAsync(
                CommandProcess.Trainable,
                ["ls", "--home", home.FullName],
                new Dictionary<string, string>(StringComparer.Ordinal) { ["DATABASE_URL"] = url }
            );
        }
        finally
        {
            home.Delete(recursive: true);
        }
    }

    private static void ShouldBeOneSentence(Ended ended, string said)
    {
        ended.Errors.ShouldContain(said);
        ended.Errors.TrimEnd().Split('\n').Length.ShouldBe(1);
        ended.Errors.ShouldNotContain("hunter2");
        ended.Output.ShouldBeEmpty();
    }
}
