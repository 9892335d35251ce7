using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Trainable.Server.Sandboxes.Seccomp;

/// <summary>One classic BPF instruction, <c>struct sock_filter</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct BpfInstruction(ushort Code, byte IfTrue, byte IfFalse, uint Operand);

/// <summary>Assembles a policy into the classic BPF program that bubblewrap hands to the kernel.</summary>
internal static class SeccompFilter
{
    public const ushort LoadWord = 0x20; // BPF_LD | BPF_W | BPF_ABS
    public const ushort JumpIfEqual = 0x15; // BPF_JMP | BPF_JEQ | BPF_K
    public const ushort JumpIfAtLeast = 0x35; // BPF_JMP | BPF_JGE | BPF_K
    public const ushort JumpIfBits = 0x45; // BPF_JMP | BPF_JSET | BPF_K
    public const ushort Jump = 0x05; // BPF_JMP | BPF_JA
    public const ushort Return = 0x06; // BPF_RET | BPF_K

    public const uint Allow = 0x7FFF_0000;
    public const uint KillProcess = 0x8000_0000;
    public const uint Refuse = 0x0005_0000; // SECCOMP_RET_ERRNO, with the number in the low half

    // struct seccomp_data: the call's number, the architecture, the instruction pointer, six 64-bit arguments.
    public const uint NumberOffset = 0;
    public const uint ArchitectureOffset = 4;
    private const uint ArgumentsOffset = 16;
    private const uint ArgumentSize = 8;

    private const int NotImplemented = 38;
    private const uint X32Bit = 0x4000_0000;
    private const int InstructionSize = 8;

    /// <summary>Where the low half of an argument lies; both architectures are little-endian.</summary>
    public static uint ArgumentOffset(int argument) => ArgumentsOffset + ((uint)argument * ArgumentSize);

    public static IReadOnlyList<BpfInstruction> Assemble(IEnumerable<SeccompRule> rules, SystemCalls calls)
    {
        var program = new List<BpfInstruction>
        {
            // A 32-bit call has other numbers: none of the rules below would mean what it says.
            new(LoadWord, 0, 0, ArchitectureOffset),
            new(JumpIfEqual, 1, 0, calls.AuditArchitecture),
            new(Return, 0, 0, KillProcess),
            new(LoadWord, 0, 0, NumberOffset),
            // x86-64's x32 convention reports the same architecture and marks its numbers with a bit.
            new(JumpIfAtLeast, 0, 1, X32Bit),
            new(Return, 0, 0, Refuse | NotImplemented),
        };
        foreach (var ofCall in rules.GroupBy(rule => rule.Call, StringComparer.Ordinal))
        {
            if (calls.Number(ofCall.Key) is not { } number)
                continue;
            List<BpfInstruction> block = [.. ofCall.SelectMany(Block), new(Return, 0, 0, Allow)];
            program.Add(new(JumpIfEqual, 0, checked((byte)block.Count), (uint)number));
            program.AddRange(block);
        }
        program.Add(new(Return, 0, 0, Allow));
        return program;
    }

    public static byte[] Encode(IReadOnlyList<BpfInstruction> program)
    {
        var bytes = new byte[program.Count * InstructionSize];
        for (var index = 0; index < program.Count; index++)
        {
            var (code, ifTrue, ifFalse, operand) = program[index];
            var at = bytes.AsSpan(index * InstructionSize, InstructionSize);
            BinaryPrimitives.WriteUInt16LittleEndian(at, code);
            at[2] = ifTrue;
            at[3] = ifFalse;
            BinaryPrimitives.WriteUInt32LittleEndian(at[4..], operand);
        }
        return bytes;
    }

    // Refuses the call or goes on with what follows the block: the next rule of the same call, or the return that allows it.
    private static List<BpfInstruction> Block(SeccompRule rule)
    {
        var block = new List<BpfInstruction>();
        foreach (var condition in rule.When)
        {
            block.Add(new(LoadWord, 0, 0, ArgumentOffset(condition.Argument)));
            block.AddRange(Test(condition));
        }
        block.Add(new(Return, 0, 0, Refuse | (uint)rule.Error));
        for (var index = 0; index < block.Count; index++)
        {
            if (block[index].Code == Jump)
                block[index] = new(Jump, 0, 0, (uint)(block.Count - index - 1));
        }
        return block;
    }

    /// <summary>Falls through when the condition holds and jumps past the rule when it does not.</summary>
    private static List<BpfInstruction> Test(SeccompCondition condition)
    {
        var jump = condition.Test is SeccompTest.AnyBit ? JumpIfBits : JumpIfEqual;
        var allowOnMatch = condition.Test is SeccompTest.NoneOf;
        var values = condition.Values;
        var test = new List<BpfInstruction>();
        for (var index = 0; index < values.Length; index++)
        {
            // Match: to the instruction after the list's last one, which is the jump past the rule, or past that too.
            var toAllow = checked((byte)(values.Length - 1 - index));
            var past = checked((byte)(toAllow + 1));
            var isLast = index == values.Length - 1;
            test.Add(
                allowOnMatch
                    ? new(jump, toAllow, isLast ? (byte)1 : (byte)0, values[index])
                    : new(jump, past, 0, values[index])
            );
        }
        test.Add(new(Jump, 0, 0, 0));
        return test;
    }
}
