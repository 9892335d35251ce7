using Trainable.Server.Sandboxes.Seccomp;
using Processor = System.Runtime.InteropServices.Architecture;

namespace Trainable.Tests.Sandboxes;

/// <summary>The assembled program, run by a small interpreter of classic BPF.</summary>
public sealed class SeccompFilterTests
{
    private const uint X64 = 0xC000_003E;
    private const uint Arm64 = 0xC000_00B7;
    private const uint I386 = 0x4000_0003;

    private static readonly IReadOnlyList<BpfInstruction> Program = Assemble(Processor.X64);

    [Theory]
    [InlineData(0, "read")]
    [InlineData(1, "write")]
    [InlineData(9, "mmap")]
    [InlineData(59, "execve")]
    [InlineData(202, "futex")]
    [InlineData(231, "exit_group")]
    public void OrdinaryCallsAreAllowed(uint number, string name) =>
        Run(Program, X64, number).ShouldBe(SeccompFilter.Allow, name);

    [Fact]
    public void EveryRefusedCallGetsItsErrorNumber()
    {
        var calls = SystemCalls.Of(Processor.X64).ShouldNotBeNull();
        foreach (var rule in SeccompPolicy.Rules.Where(rule => rule.When is []))
            Run(Program, X64, (uint)calls.Number(rule.Call).ShouldNotBeNull()).ShouldBe(Refused(rule.Error), rule.Call);
    }

    [Theory]
    [InlineData(2u, 1u, 0u, true)] // a TCP socket, in the usual words
    [InlineData(2u, 1u, 6u, true)]
    [InlineData(10u, 2u, 17u, true)]
    [InlineData(1u, 1u, 0u, true)]
    [InlineData(2u, 1u, 132u, false)] // SCTP
    [InlineData(2u, 1u, 262u, false)] // MPTCP
    [InlineData(2u, 3u, 255u, false)] // raw
    public void OnlyTcpAndUdpAreSpoken(uint family, uint type, uint protocol, bool allowed) =>
        Run(Program, X64, 41, family, type, protocol).ShouldBe(allowed ? SeccompFilter.Allow : Refused(93));

    [Theory]
    [InlineData(6u, 1u, true)] // TCP_NODELAY
    [InlineData(1u, 2u, true)] // SO_REUSEADDR
    [InlineData(0u, 26u, true)] // another level's number
    [InlineData(6u, 31u, false)] // TCP_ULP
    [InlineData(1u, 26u, false)] // SO_ATTACH_FILTER
    [InlineData(1u, 50u, false)] // SO_ATTACH_BPF
    public void SocketsTakeNoProgramsAndNoUpperLayers(uint level, uint option, bool allowed) =>
        Run(Program, X64, 54, 3, level, option).ShouldBe(allowed ? SeccompFilter.Allow : Refused(1));

    [Theory]
    [InlineData(I386, 20u)]
    [InlineData(Arm64, 0u)]
    public void AnotherConventionEndsTheProcess(uint architecture, uint number) =>
        Run(Program, architecture, number).ShouldBe(SeccompFilter.KillProcess);

    [Fact]
    public void TheX32ConventionDoesNotExist() => Run(Program, X64, 0x4000_0000 | 520).ShouldBe(Refused(38));

    [Theory]
    [InlineData(0x1200011u, true)] // fork
    [InlineData(0x3D0F00u, true)] // pthread_create
    [InlineData(0x10000011u, false)] // CLONE_NEWUSER
    [InlineData(0x00020011u, false)] // CLONE_NEWNS
    [InlineData(0x00000091u, false)] // CLONE_NEWTIME
    public void CloneMakesProcessesAndThreadsButNoNamespaces(uint flags, bool allowed) =>
        Run(Program, X64, 56, flags).ShouldBe(allowed ? SeccompFilter.Allow : Refused(1));

    [Fact]
    public void OnlyLocalAndInternetSocketsAreAllowed()
    {
        var allowed = Enumerable
            .Range(0, 64)
            .Where(family => Run(Program, X64, 41, (uint)family) == SeccompFilter.Allow);

        allowed.ShouldBe([1, 2, 10]);
    }

    [Theory]
    [InlineData(0x5412u, false)]
    [InlineData(0x541Cu, false)]
    [InlineData(0x5413u, true)] // TIOCGWINSZ
    public void NothingIsTypedIntoTheTerminal(uint request, bool allowed) =>
        Run(Program, X64, 16, 1, request).ShouldBe(allowed ? SeccompFilter.Allow : Refused(1));

    [Theory]
    [InlineData(0x41u, 0x9EDu, false)] // O_CREAT | O_WRONLY, 04755
    [InlineData(0x41u, 0x1EDu, true)] // 0755
    [InlineData(0x00u, 0x9EDu, true)] // the mode means nothing without O_CREAT
    public void SetUserIdFilesAreNotCreated(uint flags, uint mode, bool allowed) =>
        Run(Program, X64, 257, 0, 0, flags, mode).ShouldBe(allowed ? SeccompFilter.Allow : Refused(1));

    [Fact]
    public void ArmHasTheSamePolicyUnderItsOwnNumbers()
    {
        var program = Assemble(Processor.Arm64);

        Run(program, Arm64, 117).ShouldBe(Refused(1)); // ptrace
        Run(program, Arm64, 198, 40).ShouldBe(Refused(97)); // socket(AF_VSOCK)
        Run(program, Arm64, 64).ShouldBe(SeccompFilter.Allow); // write
        Run(program, X64, 1).ShouldBe(SeccompFilter.KillProcess);
    }

    [Fact]
    public void AProcessorWithoutATableIsNotGuessedAt() => SystemCalls.Of(Processor.S390x).ShouldBeNull();

    [Fact]
    public void TheEncodingIsTheKernelsOwn()
    {
        var bytes = SeccompFilter.Encode([new BpfInstruction(0x15, 1, 2, 0xC000_003E)]);

        bytes.ShouldBe([0x15, 0, 1, 2, 0x3E, 0, 0, 0xC0]);
    }

    private static uint Refused(int error) => SeccompFilter.Refuse | (uint)error;

    private static IReadOnlyList<BpfInstruction> Assemble(Processor processor) =>
        SeccompFilter.Assemble(SeccompPolicy.Rules, SystemCalls.Of(processor).ShouldNotBeNull());

    private static uint Run(
        IReadOnlyList<BpfInstruction> program,
        uint architecture,
        uint number,
        params uint[] arguments
    )
    {
        uint accumulator = 0;
        for (var at = 0; ; at++)
        {
            var (code, ifTrue, ifFalse, operand) = program[at];
            switch (code)
            {
                case SeccompFilter.LoadWord:
                    accumulator = Load(operand);
                    break;
                case SeccompFilter.JumpIfEqual:
                    at += accumulator == operand ? ifTrue : ifFalse;
                    break;
                case SeccompFilter.JumpIfAtLeast:
                    at += accumulator >= operand ? ifTrue : ifFalse;
                    break;
                case SeccompFilter.JumpIfBits:
                    at += (accumulator & operand) != 0 ? ifTrue : ifFalse;
                    break;
                case SeccompFilter.Jump:
                    at += (int)operand;
                    break;
                case SeccompFilter.Return:
                    return operand;
                default:
                    throw new InvalidOperationException($"Unknown instruction {code:x}.");
            }
        }

        uint Load(uint offset)
        {
            if (offset == SeccompFilter.NumberOffset)
                return number;
            if (offset == SeccompFilter.ArchitectureOffset)
                return architecture;
            for (var index = 0; index < arguments.Length; index++)
            {
                if (SeccompFilter.ArgumentOffset(index) == offset)
                    return arguments[index];
            }
            return 0;
        }
    }
}
