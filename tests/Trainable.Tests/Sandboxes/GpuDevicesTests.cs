using Trainable.Server.Sandboxes;

namespace Trainable.Tests.Sandboxes;

public sealed class GpuDevicesTests : IDisposable
{
    private readonly string _devices = Directory.CreateTempSubdirectory("trainable-devices-").FullName;

    [Fact]
    public void TheNodesOfComputingAreFoundAndThoseOfScreensAreNot()
    {
        Directory.CreateDirectory(Path.Combine(_devices, "dri"));
        Directory.CreateDirectory(Path.Combine(_devices, "nvidia-caps"));
        foreach (
            var name in new[] { "nvidia0", "nvidiactl", "nvidia-uvm", "dri/renderD128", "dri/card0", "fb0", "sda" }
        )
            File.WriteAllText(Path.Combine(_devices, name), "");

        GpuDevices
            .Find(_devices)
            .Select(path => Path.GetRelativePath(_devices, path))
            .ShouldBe(["dri/renderD128", "nvidia-uvm", "nvidia0", "nvidiactl"], ignoreOrder: true);
    }

    [Fact]
    public void WithoutAGpuThereIsNothing() => GpuDevices.Find(_devices).ShouldBeEmpty();

    public void Dispose() => Directory.Delete(_devices, recursive: true);
}
