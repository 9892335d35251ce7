using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Trainable.Server.Sandboxes.Seccomp;

/// <summary>
/// Rules in the form that container engines read. Theirs has no "any bit of" and no "none of", so that such a condition becomes
/// an entry for each bit, and for each of the values that are left.
/// </summary>
internal static class SeccompProfile
{
    /// <summary>Past the last family of sockets and the last protocol that a kernel knows.</summary>
    private const uint LastValue = 300;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, IndentSize = 2 };

    public static string Encode(IEnumerable<SeccompRule> rules)
    {
        var calls = new JsonArray();
        foreach (var group in rules.Where(rule => rule.When is []).GroupBy(rule => rule.Error))
            calls.Add(Refusal(group.Select(rule => rule.Call), group.Key, []));
        foreach (var rule in rules.Where(rule => rule.When is not []))
        {
            foreach (var arguments in Combinations(rule.When))
                calls.Add(Refusal([rule.Call], rule.Error, arguments));
        }
        var profile = new JsonObject
        {
            ["defaultAction"] = "SCMP_ACT_ALLOW",
            ["architectures"] = new JsonArray("SCMP_ARCH_X86_64"),
            ["syscalls"] = calls,
        };
        return profile.ToJsonString(Indented) + "\n";
    }

    /// <summary>Every way in which all conditions hold; an engine takes two tests of one argument for alternatives.</summary>
    private static IEnumerable<JsonObject[]> Combinations(IReadOnlyList<SeccompCondition> conditions)
    {
        IEnumerable<JsonObject[]> all =
        [
            [],
        ];
        foreach (var condition in conditions)
            all = all.SelectMany(before => Tests(condition).Select(test => (JsonObject[])[.. before, test]));
        return all;
    }

    private static IEnumerable<JsonObject> Tests(SeccompCondition condition) =>
        condition switch
        {
            { Test: SeccompTest.AnyBit, Values: [var mask] } => Bits(mask)
                .Select(bit => Test(condition.Argument, "SCMP_CMP_MASKED_EQ", bit, bit)),
            { Test: SeccompTest.OneOf } => condition.Values.Select(value =>
                Test(condition.Argument, "SCMP_CMP_EQ", value)
            ),
            { Test: SeccompTest.NoneOf, Values: [var only] } => [Test(condition.Argument, "SCMP_CMP_NE", only)],
            { Test: SeccompTest.NoneOf } => Others(condition.Values)
                .Select(value => Test(condition.Argument, "SCMP_CMP_EQ", value)),
            _ => throw new InvalidOperationException($"A mask is one number: {condition}."),
        };

    private static IEnumerable<uint> Bits(uint mask)
    {
        for (; mask != 0; mask &= mask - 1)
            yield return 1u << BitOperations.TrailingZeroCount(mask);
    }

    private static IEnumerable<uint> Others(uint[] values)
    {
        for (var value = 0u; value <= LastValue; value++)
        {
            if (!values.Contains(value))
                yield return value;
        }
    }

    private static JsonObject Test(int argument, string operation, uint value, uint? second = null)
    {
        var test = new JsonObject { ["index"] = argument, ["value"] = value };
        if (second is { } expected)
            test["valueTwo"] = expected;
        test["op"] = operation;
        return test;
    }

    private static JsonObject Refusal(IEnumerable<string> calls, int error, JsonObject[] arguments) =>
        new()
        {
            ["names"] = new JsonArray([.. calls.Select(call => JsonValue.Create(call))]),
            ["action"] = "SCMP_ACT_ERRNO",
            ["errnoRet"] = error,
            ["args"] = new JsonArray([.. arguments.Select(argument => argument.DeepClone())]),
        };
}
