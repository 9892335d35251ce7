using System.Text.Json;
using Trainable.Cli.Data;
using Trainable.Cli.Terminal;
using Trainable.Contracts;

namespace Trainable.Cli.Commands;

/// <summary><c>trainable run sample:list</c>.</summary>
internal static class SampleList
{
    public static async Task<int> PrintAsync(Samples samples, bool json, CancellationToken cancellation)
    {
        var known = await samples.ListAsync(cancellation);
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(known, ContractJson.Default.SampleItemArray));
            return ExitCodes.Ok;
        }
        foreach (var sample in known)
        {
            var shape = $"{sample.Rows:#,0} × {sample.Columns}";
            Console.WriteLine(
                $"  sample:{sample.Name, -16} {shape, 12}  {sample.ProblemType, -11} {CleanText.Line(sample.About)}"
            );
        }
        return ExitCodes.Ok;
    }
}
