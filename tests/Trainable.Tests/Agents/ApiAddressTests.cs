using Microsoft.Extensions.Configuration;
using Trainable.Server.Agents.Models;
using Trainable.Server.Platform;

namespace Trainable.Tests.Agents;

/// <summary>An address is taken as people write it, and what is none is refused in a sentence.</summary>
public sealed class ApiAddressTests
{
    private const string Usual = "http://127.0.0.1:11434";

    [Theory]
    [InlineData(null, "http://127.0.0.1:11434/")]
    [InlineData("  ", "http://127.0.0.1:11434/")]
    [InlineData("localhost", "http://localhost:11434/")]
    [InlineData("localhost:1234", "http://localhost:1234/")]
    [InlineData("127.0.0.1:11434", "http://127.0.0.1:11434/")]
    [InlineData("https://models.example.com/v1", "https://models.example.com/v1")]
    public void AHostAloneGetsWhatItLacks(string? written, string read) =>
        ApiAddress.Read(Settings(written), "MODEL_HOST", Usual).AbsoluteUri.ShouldBe(read);

    [Theory]
    [InlineData("ftp://user:secret@host")]
    [InlineData("not an address")]
    public void WhatIsNoAddressIsRefusedAndNotRepeated(string written)
    {
        var refused = Should.Throw<UserFacingException>(() => ApiAddress.Read(Settings(written), "MODEL_HOST", Usual));
        refused.Message.ShouldContain("MODEL_HOST");
        refused.Message.ShouldNotContain(written);
    }

    private static IConfiguration Settings(string? value) =>
        new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?> { ["MODEL_HOST"] = value })
            .Build();
}
