using System.Diagnostics;
using Trainable.Server.Platform;
using Trainable.Server.Platform.Linux;

namespace Trainable.Tests.Platform;

/// <summary>What a script leaves behind can be deleted, whatever it did to prevent that.</summary>
public sealed class TreeRemovalTests : IDisposable
{
    private const string Hostile = """
        import os, sys
        os.chdir(sys.argv[1])
        top = os.getcwd()
        open(b"\xff\xfe", "w").close()
        os.mkdir(b"\xc3\x28folder")
        open(b"\xc3\x28folder/inside", "w").close()
        os.symlink(sys.argv[2], "link")
        os.mkfifo("pipe")
        os.makedirs("closed/inner/file")
        os.chmod("closed/inner", 0)
        os.chmod("closed", 0o500)
        for _ in range(3000):
            os.mkdir("a-folder-with-a-long-name")
            os.chdir("a-folder-with-a-long-name")
        """;

    private readonly TrainableHome _home = new(Directory.CreateTempSubdirectory("trainable-test-").FullName);

    [Fact]
    public void EverythingBeneathGoesAndNothingElse()
    {
        var outside = Directory.CreateDirectory(Path.Combine(_home.Root, "outside")).FullName;
        File.WriteAllText(Path.Combine(outside, "kept"), "");
        var folder = MakeHostile(Path.Combine(_home.Root, "folder"), outside);

        TreeRemoval.Delete(folder);

        Directory.Exists(folder).ShouldBeFalse();
        File.Exists(Path.Combine(outside, "kept")).ShouldBeTrue();
    }

    [Fact]
    public void WhatAModelLeftInTheScratchDirectoryDoesNotKeepTheServerFromStarting()
    {
        MakeHostile(Path.Combine(_home.Scratch, "work"), "/nowhere");

        _home.EmptyScratch();

        Directory.EnumerateFileSystemEntries(_home.Scratch).ShouldBeEmpty();
    }

    [Fact]
    public void AFolderThatIsNotThereIsNoMistake() => TreeRemoval.Delete(Path.Combine(_home.Root, "no-such-folder"));

    private static string MakeHostile(string folder, string outside)
    {
        Directory.CreateDirectory(folder);
        using var python = Process.Start("/usr/bin/python3", ["-c", Hostile, folder, outside]);
        python.WaitForExit();
        python.ExitCode.ShouldBe(0);
        return folder;
    }

    public void Dispose() => TreeRemoval.Delete(_home.Root);
}
