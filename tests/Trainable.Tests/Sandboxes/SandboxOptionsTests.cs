using Microsoft.Extensions.Configuration;
using Trainable.Server.Platform;
using Trainable.Server.Sandboxes;

namespace Trainable.Tests.Sandboxes;

public sealed class SandboxOptionsTests
{
    [Fact]
    public void EverythingHasADefault()
    {
        var options = Read();

        options.Mode.ShouldBe(SandboxMode.Isolated);
        options.StepTimeout.ShouldBe(TimeSpan.FromSeconds(600));
        options.MemoryBytes.ShouldBe(4L << 30);
    }

    [Fact]
    public void SettingsAreReadInTheUnitsPeopleUse()
    {
        var options = Read(
            ("TRAINABLE_SANDBOX", "unsafe"),
            ("TRAINABLE_SANDBOX_MEMORY", "1.5 GB"),
            ("TRAINABLE_STEP_TIMEOUT", "90"),
            ("TRAINABLE_SANDBOX_CPUS", "3")
        );

        options.Mode.ShouldBe(SandboxMode.Unsafe);
        options.StepLimits.MemoryBytes.ShouldBe(3L << 29);
        options.StepLimits.WallClock.ShouldBe(TimeSpan.FromSeconds(90));
        options.Cpus.ShouldBe(3);
    }

    [Fact]
    public void AllMistakesAreReportedAtOnceEachByItsName()
    {
        var refused = Should.Throw<UserFacingException>(() =>
            Read(
                ("TRAINABLE_SANDBOX", "off"),
                ("TRAINABLE_SANDBOX_MEMORY", "12 bananas"),
                ("TRAINABLE_STEP_TIMEOUT", "-1"),
                ("TRAINABLE_SANDBOX_CPUS", "0")
            )
        );

        foreach (
            var name in new[]
            {
                "TRAINABLE_SANDBOX is",
                "TRAINABLE_SANDBOX_MEMORY",
                "TRAINABLE_STEP_TIMEOUT",
                "TRAINABLE_SANDBOX_CPUS",
            }
        )
            refused.Message.ShouldContain(name);
    }

    [Theory]
    [InlineData("512M", 512L << 20)]
    [InlineData("4G", 4L << 30)]
    [InlineData("2 gib", 2L << 30)]
    [InlineData("1000", 1000L)]
    [InlineData("", null)]
    [InlineData("-1G", null)]
    [InlineData("1.2.3G", null)]
    [InlineData("99999999999T", null)]
    public void SizesAreParsed(string text, long? bytes) => ByteSize.Parse(text).ShouldBe(bytes);

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(1023, "1,023 B")]
    [InlineData(1536, "1.5 kB")]
    [InlineData(4L << 30, "4 GB")]
    public void SizesAreWritten(long bytes, string text) => ByteSize.Format(bytes).ShouldBe(text);

    private static SandboxOptions Read(params (string Key, string Value)[] settings) =>
        SandboxOptions.Read(
            new ConfigurationBuilder()
                .AddInMemoryCollection(
                    settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value))
                )
                .Build()
        );
}
