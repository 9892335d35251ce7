using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Trainable.Contracts;
using Trainable.Server.Datasets;
using Trainable.Server.Platform;

namespace Trainable.Tests.Datasets;

public sealed class UploadTests : IDisposable
{
    private readonly DatasetLab _lab = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task TheManifestNamesEachFileWithSizeAndHash()
    {
        var bytes = Encoding.UTF8.GetBytes(Tables.Numbered(40));
        var dataset = await _lab.AddAsync(bytes);
        var file = dataset.Manifest.Files.ShouldHaveSingleItem();
        file.ShouldBe(new UploadedFile("table.csv", bytes.Length, Convert.ToHexStringLower(SHA256.HashData(bytes))));
        File.ReadAllBytes(_lab.Store.UploadedFile(dataset.Experiment, file)).ShouldBe(bytes);
        Json(_lab.Store.ReadManifest(dataset.Experiment)).ShouldBe(Json(dataset.Manifest));
        Directory.Exists(dataset.Paths.Scratch).ShouldBeFalse();
    }

    [Fact]
    public async Task AnUploadThatIsNotCompletedLeavesNothing()
    {
        await using (var upload = _lab.Store.Begin(Guid.CreateVersion7()))
            await upload.AddAsync("a.csv", new MemoryStream("a,b\n1,2\n"u8.ToArray()), Cancellation);
        _lab.ShouldHoldNothing();
    }

    [Fact]
    public async Task AClientThatLeavesInTheMiddleLeavesNothing()
    {
        await Should.ThrowAsync<IOException>(async () =>
        {
            await using var upload = _lab.Store.Begin(Guid.CreateVersion7());
            await upload.AddAsync("a.csv", new BrokenStream(), Cancellation);
        });
        _lab.ShouldHoldNothing();
    }

    [Fact]
    public async Task WhatAKilledProcessLeftIsRemovedAtTheNextStart()
    {
        var dataset = await _lab.AddAsync(Tables.Numbered(20));
        var killed = Guid.CreateVersion7();
        Directory.CreateDirectory(Path.Combine(_lab.Home.HeldOf(killed), "upload"));
        Directory.CreateDirectory(_lab.Home.Dataset(killed));

        _lab.Store.DeleteUnfinished();

        Directory.Exists(_lab.Home.HeldOf(killed)).ShouldBeFalse();
        Directory.Exists(_lab.Home.Dataset(killed)).ShouldBeFalse();
        File.Exists(dataset.WorkingPath).ShouldBeTrue();
    }

    [Fact]
    public async Task DeletingAnExperimentRemovesItsRowsAndItsUpload()
    {
        var dataset = await _lab.AddAsync(Tables.Numbered(20));
        _lab.Store.Delete(dataset.Experiment);
        _lab.ShouldHoldNothing();
        _lab.Store.ReadManifest(dataset.Experiment).ShouldBeNull();
    }

    [Fact]
    public async Task AnUploadLargerThanAllowedIsRefusedWith413()
    {
        using var lab = new DatasetLab(new DatasetOptions { MaxUploadBytes = 1000 });
        var refusal = await lab.RefusalAsync(new byte[1001]);
        refusal.Status.ShouldBe(413);
        refusal.Message.ShouldContain(DatasetOptions.MaxUploadKey);
    }

    [Fact]
    public async Task SeveralFilesTogetherCountAgainstTheLimit()
    {
        using var lab = new DatasetLab(new DatasetOptions { MaxUploadBytes = 1000 });
        var refusal = await Should.ThrowAsync<UserFacingException>(() =>
            lab.AddAsync(new ExperimentOptions(), ("a.csv", new byte[600]), ("b.csv", new byte[600]))
        );
        refusal.Status.ShouldBe(413);
        lab.ShouldHoldNothing();
    }

    [Theory]
    [InlineData("a.csv", "a.csv")]
    [InlineData("a.csv", "A.CSV")]
    [InlineData("a", "a/b.csv")]
    [InlineData("a/b.csv", "a")]
    public async Task TwoFilesOfOneNameAreRefused(string first, string second)
    {
        var refusal = await Should.ThrowAsync<UserFacingException>(() =>
            _lab.AddAsync(
                new ExperimentOptions(),
                (first, "a,b\n1,2\n"u8.ToArray()),
                (second, "a,b\n1,2\n"u8.ToArray())
            )
        );
        refusal.Status.ShouldBe(422);
        refusal.Message.ShouldContain(second);
        _lab.ShouldHoldNothing();
    }

    [Fact]
    public async Task AnUploadWithoutFilesIsRefused()
    {
        var refusal = await Should.ThrowAsync<UserFacingException>(() => _lab.AddAsync(new ExperimentOptions()));
        refusal.Status.ShouldBe(422);
        _lab.ShouldHoldNothing();
    }

    [Fact]
    public async Task AFolderKeepsItsShapeAndHidesNothing()
    {
        var dataset = await _lab.AddAsync(
            new ExperimentOptions(),
            ("train/a.csv", "x,y\n1,2\n3,4\n"u8.ToArray()),
            ("train/images/1.png", [0x89, 0x50, 0x4E, 0x47]),
            ("readme.md", "# hi"u8.ToArray())
        );
        dataset.Manifest.Kind.ShouldBe(DatasetKinds.Files);
        dataset.Manifest.Holdout.Mode.ShouldBe(HoldoutModes.Agent);
        File.ReadAllText(Path.Combine(dataset.Paths.Working, "train", "a.csv")).ShouldBe("x,y\n1,2\n3,4\n");
        File.Exists(Path.Combine(dataset.Paths.Working, "train", "images", "1.png")).ShouldBeTrue();
        var profile = _lab.Store.ReadProfile(dataset.Experiment).ShouldNotBeNull();
        profile.Files.Count.ShouldBe(3);
        profile.Tables.ShouldHaveSingleItem().File.ShouldBe("train/a.csv");
    }

    [Fact]
    public async Task TheHostRefusesToHoldRowsOfSeveralFiles()
    {
        var options = new ExperimentOptions { Holdout = HoldoutModes.Host };
        var refusal = await Should.ThrowAsync<UserFacingException>(() =>
            _lab.AddAsync(options, ("a.csv", "a,b\n1,2\n"u8.ToArray()), ("b.csv", "a,c\n1,2\n"u8.ToArray()))
        );
        refusal.Message.ShouldContain("'agent'");
        refusal.Message.ShouldContain("--main");
    }

    [Fact]
    public async Task WithHoldoutAgentTheFileIsGivenAsItCame()
    {
        const string text = "a;b\r\n1;2\r\n3;4\r\n";
        var dataset = await _lab.AddAsync(text, new ExperimentOptions { Holdout = HoldoutModes.Agent });
        File.ReadAllText(Path.Combine(dataset.Paths.Working, "table.csv")).ShouldBe(text);
        dataset.Manifest.RowsHeld.ShouldBe(0);
    }

    [Fact]
    public async Task WithHoldoutNoneEveryRowIsWorkedOn()
    {
        var dataset = await _lab.AddAsync(Tables.Numbered(30), new ExperimentOptions { Holdout = HoldoutModes.None });
        dataset.Working.Length.ShouldBe(30);
        dataset.Manifest.HeldFile.ShouldBeNull();
        dataset.Manifest.RowsWorking.ShouldBe(30);
    }

    [Fact]
    public async Task AFullDiskIsOneClearSentence()
    {
        await using var full = new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, 0);
        var failure = await Should.ThrowAsync<IOException>(() => full.WriteAsync(new byte[100], Cancellation).AsTask());
        DiskFull.Is(failure).ShouldBeTrue();
        var told = DiskFull.Explain("a.csv could not be stored", failure);
        told.Status.ShouldBe(507);
        told.Message.ShouldBe("The disk is full, so a.csv could not be stored. Free some space and try again.");
    }

    [Fact]
    public void OptionsReportEveryMistakeAtOnce()
    {
        var configuration = new ConfigurationManager
        {
            [DatasetOptions.MaxUploadKey] = "lots",
            [DatasetOptions.MemoryKey] = "1K",
        };
        var mistake = Should.Throw<UserFacingException>(() => DatasetOptions.Read(configuration));
        mistake.Message.ShouldContain(DatasetOptions.MaxUploadKey);
        mistake.Message.ShouldContain(DatasetOptions.MemoryKey);
    }

    public void Dispose() => _lab.Dispose();

    private static string Json(DatasetManifest? manifest) =>
        JsonSerializer.Serialize(manifest.ShouldNotBeNull(), DatasetJson.Default.DatasetManifest);

    private sealed class BrokenStream : MemoryStream
    {
        private int _reads;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            _reads++ == 0 ? ValueTask.FromResult(buffer.Length) : throw new IOException("The client left.");
    }
}
