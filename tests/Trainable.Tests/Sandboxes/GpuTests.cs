using Microsoft.Extensions.Logging.Abstractions;
using Trainable.Server.Sandboxes;
using Trainable.Server.Sandboxes.ControlGroups;

namespace Trainable.Tests.Sandboxes;

/// <summary>
/// What a step sees of a GPU. Not run by default, for most machines have none: <c>Trainable.Tests --explicit only
/// --filter-class *GpuTests</c> on a machine with NVIDIA's driver. A machine without one has its test elsewhere: a start that
/// asks for a GPU is refused (StageTests).
/// </summary>
public sealed class GpuTests
{
    /// <summary>Asks the driver itself, by its C API, so that no package is needed.</summary>
    private const string AskDriver = """
        import ctypes, glob
        cuda = ctypes.CDLL('libcuda.so.1')
        started = cuda.cuInit(0)
        count = ctypes.c_int(0)
        if started == 0:
            cuda.cuDeviceGetCount(ctypes.byref(count))
        print('started', started, 'devices', count.value, 'nodes', sorted(glob.glob('/dev/nvidia*')))
        """;

    /// <summary>4 MiB to the device and back, through a context of its own.</summary>
    private const string CopyThereAndBack = """
        import ctypes, os
        cuda = ctypes.CDLL('libcuda.so.1')
        def check(code): assert code == 0, code
        check(cuda.cuInit(0))
        device, context, memory = ctypes.c_int(), ctypes.c_void_p(), ctypes.c_uint64()
        check(cuda.cuDeviceGet(ctypes.byref(device), 0))
        check(cuda.cuDevicePrimaryCtxRetain(ctypes.byref(context), device))
        check(cuda.cuCtxSetCurrent(context))
        sent, back = os.urandom(4 << 20), ctypes.create_string_buffer(4 << 20)
        check(cuda.cuMemAlloc_v2(ctypes.byref(memory), ctypes.c_size_t(4 << 20)))
        check(cuda.cuMemcpyHtoD_v2(memory, sent, ctypes.c_size_t(4 << 20)))
        check(cuda.cuMemcpyDtoH_v2(back, memory, ctypes.c_size_t(4 << 20)))
        print('same', back.raw == sent)
        """;

    [Theory(Explicit = true)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AStepWithAGpuComputesOnIt(bool groups)
    {
        using var lab = new SandboxLab(
            groups: groups
                ? null
                : () => ServerGroup.Open(new ControlGroupLocator("", ""), TimeProvider.System, NullLogger.Instance)
        );
        await using var session = await lab.OpenAsync(memory: 8L << 30, gpu: true);

        var asked = await session.RunAsync(AskDriver);
        asked.Outcome.ShouldBe(StepOutcome.Ok, asked.Stderr);
        asked.Stdout.ShouldContain("started 0 devices 1", customMessage: asked.Stdout);
        var copied = await session.RunAsync(CopyThereAndBack);
        copied.Outcome.ShouldBe(StepOutcome.Ok, copied.Stderr);
        copied.Stdout.ShouldContain("same True");
    }

    [Fact(Explicit = true)]
    public async Task AStepWithoutOneSeesNoNodeAndGetsNoDriver()
    {
        using var lab = new SandboxLab();
        await using var session = await lab.OpenAsync();

        var asked = await session.RunAsync(AskDriver);
        asked.Stdout.ShouldContain("devices 0 nodes []", customMessage: asked.Stdout + asked.Stderr);
        asked.Stdout.ShouldNotContain("started 0 ");
    }
}
