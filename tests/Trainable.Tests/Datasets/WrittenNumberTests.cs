using System.Text.Json;
using Trainable.Server.Datasets;

namespace Trainable.Tests.Datasets;

public sealed class WrittenNumberTests
{
    /// <summary>The playbooks' own test reads the same file: both sides must take the same text for the same number.</summary>
    [Fact]
    public void ANumberIsReadAsThePlaybooksReadIt()
    {
        using var cases = JsonDocument.Parse(
            File.ReadAllText(Path.Combine(Repository.Root, "python", "tests", "playbooks", "written_numbers.json"))
        );
        foreach (var item in cases.RootElement.EnumerateObject())
        {
            double? expected = item.Value.ValueKind == JsonValueKind.Null ? null : item.Value.GetDouble();
            WrittenNumber.Read(item.Name).ShouldBe(expected, item.Name);
        }
    }
}
