using CsCheck;
using Trainable.Server.Platform;

namespace Trainable.Tests.Platform;

public sealed class DatabaseUrlTests
{
    private static readonly string[] Schemes = ["postgres://", "postgresql://", ""];

    [Theory]
    [InlineData("postgres://ada:secret@db.example.org:6543/studio", "db.example.org", 6543, "ada", "secret", "studio")]
    [InlineData("postgresql://ada@localhost/studio", "localhost", 5432, "ada", null, "studio")]
    [InlineData("postgres://localhost/studio", "localhost", 5432, null, null, "studio")]
    [InlineData("postgres://ada:a%40b%2Fc%25@[::1]:5433/my%20db", "::1", 5433, "ada", "a@b/c%", "my db")]
    [InlineData("postgres://ada:p@ss:word@host/db", "host", 5432, "ada", "p@ss:word", "db")]
    [InlineData("postgres://ada@%2Fvar%2Frun%2Fpostgresql/db", "/var/run/postgresql", 5432, "ada", null, "db")]
    [InlineData("postgres:///db?host=/tmp/socket&port=5440&user=ada", "/tmp/socket", 5440, "ada", null, "db")]
    [InlineData(
        "postgres://my_service/db?sslmode=verify-full&application_name=a%26b",
        "my_service",
        5432,
        null,
        null,
        "db"
    )]
    public void AUrlIsReadAsPostgresReadsIt(
        string text,
        string host,
        int port,
        string? user,
        string? password,
        string database
    )
    {
        DatabaseUrl.TryParse(text, out var url, out var problem).ShouldBeTrue(problem);
        (url!.Host, url.Port, url.User, url.Password, url.Database).ShouldBe((host, port, user, password, database));
    }

    [Theory]
    [InlineData("mysql://u:hunter2@h/d", "is not a PostgreSQL URL")]
    [InlineData("Host=h;Password=hunter2", "is not a PostgreSQL URL")]
    [InlineData("postgres://u:hunter2@h", "names no database")]
    [InlineData("postgres://u:hunter2@/d", "names no host")]
    [InlineData("postgres://u:hunter2@h:port/d", "has a port")]
    [InlineData("postgres://u:hunter2@h:70000/d", "has a port")]
    [InlineData("postgres://u:hunter2/more@h/d", "has a port")]
    [InlineData("postgres://u:hunter2@::1/d", "has a host")]
    [InlineData("postgres://u:hunter2@one,two/d", "has a host")]
    [InlineData("postgres://u:hunter2%@h/d", "has a password that cannot be decoded")]
    [InlineData("postgres://u:hunter2%00@h/d", "has a password that cannot be decoded")]
    [InlineData("postgres://u:hunter2@h/d?sslmode=maybe", "has an unknown sslmode")]
    [InlineData("postgres://u:hunter2@h/d?hunter2=1", "has a parameter that is not known")]
    [InlineData("postgres://u:hunter2@h/d?connect_timeout=soon", "has a connect_timeout")]
    public void WhatIsWrongIsOneSentenceWithoutThePassword(string text, string said)
    {
        DatabaseUrl.TryParse(text, out var url, out var problem).ShouldBeFalse();
        url.ShouldBeNull();
        problem!.ShouldContain(said);
        problem!.ShouldStartWith("DATABASE_URL ");
        problem!.ShouldNotContain("hunter2");
    }

    [Fact]
    public void WhatIsEncodedComesBackWhateverItHolds() =>
        Gen.Select(Text, Text, Text)
            .Sample(
                (user, password, database) =>
                {
                    var text =
                        $"postgres://{Uri.EscapeDataString(user)}:{Uri.EscapeDataString(password)}@h:1/{Uri.EscapeDataString(database)}";
                    DatabaseUrl.TryParse(text, out var url, out var problem).ShouldBeTrue(problem);
                    (url!.User, url.Password, url.Database).ShouldBe((user, password, database));
                    url.ToString().ShouldBe("h:1");
                }
            );

    [Fact]
    public void NoTextMakesItThrow() =>
        Gen.Select(Gen.Int[0, 2].Select(one => Schemes[one]), Gen.String)
            .Sample(
                (scheme, rest) => DatabaseUrl.TryParse(scheme + rest, out var url, out var problem) == (problem is null)
            );

    private static Gen<string> Text =>
        Gen.String.Where(text => text.Length > 0 && !text.Contains('\0') && !text.Any(char.IsSurrogate));
}
