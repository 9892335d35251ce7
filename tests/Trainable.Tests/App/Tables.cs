using System.Globalization;
using System.Text;

namespace Trainable.Tests.App;

/// <summary>Tables that tests upload.</summary>
internal static class Tables
{
    /// <summary>Twenty rows, a number, a category and a binary target.</summary>
    public const string Small = """
        size,colour,bought
        1.5,red,no
        2.5,blue,no
        3.5,red,yes
        4.5,green,yes
        1.2,red,no
        2.2,blue,no
        3.2,blue,yes
        4.2,green,yes
        1.7,green,no
        2.7,red,no
        3.7,red,yes
        4.7,blue,yes
        1.1,red,no
        2.1,blue,no
        3.1,green,yes
        4.1,green,yes
        1.9,blue,no
        2.9,red,no
        3.9,blue,yes
        4.9,green,yes

        """;

    /// <summary>A learnable binary problem with noise, a category and a missing value here and there; the same for the same seed.</summary>
    public static string Binary(int rows, int seed = 1)
    {
#pragma warning disable CA5394 // Test data wants a seed, not secrecy.
        var random = new Random(seed);
        var text = new StringBuilder("age,income,city,bought\n");
        string[] cities = ["Bern", "Kyoto", "Lima"];
        for (var row = 0; row < rows; row++)
        {
            var age = random.Next(18, 80);
            var income = 20_000 + (random.NextDouble() * 80_000);
            var city = random.Next(3);
            var chance = 1 / (1 + Math.Exp(-((age - 45) / 8.0) - (city - 1)));
            var income0 = random.NextDouble() < 0.05 ? "" : income.ToString("0.00", CultureInfo.InvariantCulture);
            var bought = random.NextDouble() < chance ? "yes" : "no";
            text.Append(CultureInfo.InvariantCulture, $"{age},{income0},{cities[city]},{bought}\n");
        }
#pragma warning restore CA5394
        return text.ToString();
    }
}
