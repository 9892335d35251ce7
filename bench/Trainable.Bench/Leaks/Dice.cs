#pragma warning disable CA5394 // A bench wants a seed, not secrecy.
namespace Trainable.Bench.Leaks;

/// <summary>Chance that is the same for the same seed.</summary>
internal sealed class Dice(int seed)
{
    private readonly Random _random = new(seed);

    public double Unit() => _random.NextDouble();

    public int Below(int end) => _random.Next(end);

    public bool Falls(double chance) => Unit() < chance;

    /// <summary>Box and Muller's.</summary>
    public double Normal() => Math.Sqrt(-2 * Math.Log(1 - Unit())) * Math.Cos(2 * Math.PI * Unit());

    public T[] Shuffled<T>(IEnumerable<T> items)
    {
        var array = items.ToArray();
        _random.Shuffle(array);
        return array;
    }
}
