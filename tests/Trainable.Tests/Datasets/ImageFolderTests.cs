using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Trainable.Contracts;
using Trainable.Server.Datasets;
using Trainable.Server.Datasets.Images;
using Trainable.Server.Datasets.Profiles;
using Trainable.Tests.App;
using Trainable.Tests.Sandboxes;

namespace Trainable.Tests.Datasets;

/// <summary>Folders of images: read in a sandbox, a row for each image, the held ones' files kept by the host.</summary>
public sealed class ImageFolderTests : IDisposable
{
    private readonly DatasetLab _lab;

    public ImageFolderTests()
    {
        SandboxLab.RequireBubblewrap();
        _lab = new DatasetLab();
    }

    public void Dispose() => _lab.Dispose();

    [Fact]
    public async Task EachImageIsARowAndItsFolderTheLabel()
    {
        var dataset = await _lab.AddAsync(
            new ExperimentOptions(),
            [.. Squares(60), ("readme.txt", "notes"u8.ToArray())]
        );

        var manifest = dataset.Manifest;
        manifest.Kind.ShouldBe(DatasetKinds.Table);
        manifest.Source!.Format.ShouldBe("images");
        manifest.WorkingFile.ShouldBe("images.csv");
        (manifest.RowsTotal, manifest.Files.Count).ShouldBe((60, 61));
        (manifest.Target, manifest.ProblemType).ShouldBe(("label", ProblemTypes.Binary));
        manifest.RowsHeld.ShouldBe(9);
        manifest.Holdout.Strategy.ShouldBe("stratified");
        dataset.Header.ShouldStartWith("image,label,width,height,grey_00_00,");
        manifest.Note.ShouldStartWith("60 images in 2 folders: the name of its folder is an image's `label`");
        manifest.Note.ShouldEndWith("readme.txt is no image and is left out.");

        var labels = dataset.Working.Select(line => line.Split(',')[1]).ToList();
        labels.Distinct().ShouldBe(["blue", "red"], ignoreOrder: true);
        labels.SequenceEqual(labels.Order(StringComparer.Ordinal)).ShouldBeFalse("their order would give labels away");
    }

    [Fact]
    public async Task OnlyTheImagesOfWorkingRowsLieWhereAgentsAreAndTheirNamesSayNothing()
    {
        var dataset = await _lab.AddAsync(new ExperimentOptions(), Squares(60));

        var files = Directory.GetFiles(Path.Combine(dataset.Paths.Working, "images")).Select(Path.GetFileName).ToList();
        var working = dataset.Working.Select(line => line.Split(',')[0]).ToList();
        files.ShouldBe(working, ignoreOrder: true);
        dataset.Held.Select(line => line.Split(',')[0]).ShouldAllBe(name => !files.Contains(name));
        files.ShouldAllBe(name => !name!.Contains("red") && !name.Contains("blue") && !name.Contains("picture"));
        var kept = File.ReadAllBytes(Path.Combine(dataset.Paths.Working, "images", working[0]));
        Squares(60).ShouldContain(file => file.Content.SequenceEqual(kept));
        Directory.Exists(dataset.Paths.Scratch).ShouldBeFalse();
        foreach (var name in dataset.Held.Select(line => line.Split(',')[0]))
        {
            using var image = dataset.Store.OpenImage(dataset.Experiment, name);
            image.ShouldNotBeNull("people may see held images");
        }
        dataset.Store.OpenImage(dataset.Experiment, "../manifest.json").ShouldBeNull();
        dataset.Store.OpenImage(dataset.Experiment, $"{new string('0', 20)}.bmp").ShouldBeNull();
        dataset.Store.OpenImage(Guid.CreateVersion7(), working[0]).ShouldBeNull();

        var profile = dataset.Store.ReadProfile(dataset.Experiment)!;
        var told = ProfileMarkdown.Render(profile, ProfileDetail.Schema);
        told.ShouldContain("`image` names its file in `images/`. Held rows come to a pipeline as numbers");
        told.ShouldContain("The host holds 9 more rows");
    }

    [Fact]
    public async Task CopiesOfAnImageAreOnOneSide()
    {
        var copies = Squares(40).SelectMany(file => Copies(file, 3)).ToArray();
        var dataset = await _lab.AddAsync(new ExperimentOptions(), copies);

        dataset.Manifest.RowsTotal.ShouldBe(120);
        var held = dataset.Held.Select(line => line.Split(',')[0]).ToHashSet();
        held.Count.ShouldBeGreaterThan(2);
        dataset.Working.ShouldAllBe(line => !held.Contains(line.Split(',')[0]));
    }

    [Fact]
    public async Task WhatCannotBeReadIsNamedAndWhereItIsMuchRefused()
    {
        (string, byte[])[] damaged =
        [
            ("red/cut.png", [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10, 0, 0]),
            ("blue/none.jpg", "no image at all"u8.ToArray()),
        ];
        var dataset = await _lab.AddAsync(new ExperimentOptions(), [.. Squares(40), .. damaged]);
        dataset.Manifest.RowsTotal.ShouldBe(40);
        dataset.Manifest.Note!.ShouldContain(" Left out are 2 that cannot be read: ");
        dataset.Manifest.Note!.ShouldContain("red/cut.png");

        var refusal = await Should.ThrowAsync<Trainable.Server.Platform.UserFacingException>(() =>
            _lab.AddAsync(new ExperimentOptions(), [.. Squares(10), .. damaged])
        );
        refusal.Message.ShouldStartWith("2 of 12 images cannot be read, among them ");
        refusal.Status.ShouldBe(422);
    }

    [Fact]
    public async Task AFoldersNameMayBeAnything()
    {
        (string Name, byte[] Content)[] files =
        [
            .. Squares(40).Select(file => (file.Name.Replace("red/", "re\"d, ü/"), file.Content)),
        ];
        var dataset = await _lab.AddAsync(new ExperimentOptions { Holdout = HoldoutModes.None }, files);

        dataset.Working.Count(line => line.Contains(",\"re\"\"d, ü\",")).ShouldBe(20);
        Directory.GetFiles(Path.Combine(dataset.Paths.Working, "images")).Length.ShouldBe(40);
    }

    [Theory]
    [InlineData("red/picture", "picture")] // No folders at all.
    [InlineData("red/", "train/")] // Folders that say who learns from the images.
    public async Task FoldersThatNameNoLabelsLeaveTheImagesAsFiles(string part, string instead)
    {
        var files = Squares(40)
            .Select(file => (file.Name.Replace(part, instead).Replace("blue/", "test/"), file.Content));
        var dataset = await _lab.AddAsync(new ExperimentOptions(), [.. files]);

        dataset.Manifest.Kind.ShouldBe(DatasetKinds.Files);
        dataset.Manifest.Holdout.Mode.ShouldBe(HoldoutModes.Agent);
    }

    [Fact]
    public async Task WhoeverWantsToSplitTheImagesGetsThemAsTheyCame()
    {
        var dataset = await _lab.AddAsync(new ExperimentOptions { Holdout = HoldoutModes.Agent }, Squares(40));

        dataset.Manifest.Kind.ShouldBe(DatasetKinds.Files);
        File.Exists(Path.Combine(dataset.Paths.Working, "red", "picture 0.bmp")).ShouldBeTrue();
    }

    [Fact]
    public void AFolderOfEachImageIsNoLabel()
    {
        UploadedFile[] files =
        [
            .. Enumerable.Range(0, 40).Select(i => new UploadedFile($"day {i}/a.png", 9, $"{i:x64}")),
        ];
        Find(files, new ExperimentOptions()).ShouldBeNull();
        UploadedFile[] few = [.. files.Select((file, i) => file with { Name = $"day {i / 8}/{i}.png" })];
        var folder = Find(few, new ExperimentOptions());
        folder!.Labels.ShouldBe(5);
        folder.Fit(new ExperimentOptions()).ProblemType.ShouldBe(ProblemTypes.Multiclass);
        folder.Fit(new ExperimentOptions { Target = "width" }).ProblemType.ShouldBeNull();
        Find(few, new ExperimentOptions { Main = "day 0/0.png" }).ShouldBeNull();

        static ImageUpload? Find(IReadOnlyList<UploadedFile> files, ExperimentOptions wanted) =>
            ImageUpload.Find(files, wanted, new ImageLabels("", "", new DatasetOptions()), CancellationToken.None);
    }

    [Fact]
    public async Task ATableMayNameTheImages()
    {
        var dataset = await _lab.AddAsync(
            new ExperimentOptions { Target = "colour" },
            [
                .. Flat(60),
                ("images/unnamed.bmp", Bitmaps.Square(99, reddish: true)),
                ("labels.csv", Labels(62)),
                ("readme.txt", "notes"u8.ToArray()),
            ]
        );

        var manifest = dataset.Manifest;
        (manifest.Kind, manifest.RowsTotal, manifest.Target).ShouldBe((DatasetKinds.Table, 60, "colour"));
        manifest.Holdout.Strategy.ShouldBe("stratified");
        dataset.Header.ShouldStartWith("image,colour,width (table),width,height,grey_00_00,");
        manifest.Note!.ShouldStartWith("60 images that labels.csv names: ");
        manifest.Note!.ShouldContain(" Left out: 2 of its rows, which name no image of the upload.");
        manifest.Note!.ShouldContain(" Left out: 1 of the images, which it does not name.");
        manifest.Note!.ShouldEndWith("readme.txt is no image and is left out.");
        foreach (var row in dataset.Working.Select(line => line.Split(',')))
        {
            var content = File.ReadAllBytes(Path.Combine(dataset.Paths.Working, "images", row[0]));
            var number = Array.FindIndex(Flat(60), file => file.Content.SequenceEqual(content));
            (row[1], row[2]).ShouldBe((number < 30 ? "red" : "blue", $"{number * 10}"));
        }
        File.Exists(Path.Combine(dataset.Paths.Working, "labels.csv")).ShouldBeFalse("it has the held rows' labels");
    }

    [Fact]
    public async Task ATableMayNameThemFromItsOwnFolder()
    {
        var table =
            "colour,file\n" + string.Concat(Enumerable.Range(0, 60).Select(i => $"c{i % 2},images/picture {i}.bmp\n"));
        var dataset = await _lab.AddAsync(
            new ExperimentOptions(),
            [
                .. Flat(60).Select(file => ($"squares/{file.Name}", file.Content)),
                ("squares/train.csv", Encoding.UTF8.GetBytes(table)),
            ]
        );
        (dataset.Manifest.RowsTotal, dataset.Manifest.Target).ShouldBe((60, "colour"));
    }

    [Fact]
    public async Task OfSeveralTablesThatNameImagesThePersonSaysWhich()
    {
        (string, byte[])[] files = [.. Flat(60), ("labels.csv", Labels(60)), ("others.csv", Labels(60))];
        (await _lab.AddAsync(new ExperimentOptions(), files)).Manifest.Source?.Format.ShouldNotBe("images");

        var dataset = await _lab.AddAsync(new ExperimentOptions { Main = "others.csv", Target = "colour" }, files);
        dataset.Manifest.Note!.ShouldStartWith("60 images that others.csv names: ");
    }

    /// <summary>As <see cref="Squares"/>, in no folder that says anything.</summary>
    private static (string Name, byte[] Content)[] Flat(int count) =>
        [.. Enumerable.Range(0, count).Select(i => ($"images/picture {i}.bmp", Bitmaps.Square(i, i < count / 2)))];

    /// <summary>What <see cref="Flat"/> shows, in the dialect of a German spreadsheet.</summary>
    private static byte[] Labels(int rows) =>
        Encoding.UTF8.GetBytes(
            "colour;file;width\n"
                + string.Concat(
                    Enumerable.Range(0, rows).Select(i => $"{(i < 30 ? "red" : "blue")};picture {i};{i * 10}\n")
                )
        );

    [Fact]
    public async Task ThePersonSeesAnImageByTheNameInItsRow()
    {
        await using var app = await TrainableApp.StartAsync(new ScriptedModels());
        using var form = new MultipartFormDataContent { { new StringContent("squares"), "name" } };
        foreach (var (name, content) in Squares(20))
            form.Add(new ByteArrayContent(content), "files", name);
        using var created = await app.Http.PostAsync("/api/experiments", form, TestContext.Current.CancellationToken);
        var body = await created.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        created.StatusCode.ShouldBe(HttpStatusCode.OK, body);
        var experiment = JsonDocument.Parse(body).RootElement.GetProperty("id").GetGuid();
        var (_, first) = Squares(20)[0];
        var image = $"{Convert.ToHexStringLower(SHA256.HashData(first))[..20]}.bmp";

        using var answer = await app.Http.GetAsync(
            $"/api/datasets/{experiment}/images/{image}",
            TestContext.Current.CancellationToken
        );
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("image/bmp");
        answer.Headers.GetValues("Content-Security-Policy").ShouldBe(["default-src 'none'; sandbox"]);
        answer.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
        (await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)).ShouldBe(first);

        using var none = await app.Http.GetAsync(
            $"/api/datasets/{experiment}/images/..%2Fmanifest.json",
            TestContext.Current.CancellationToken
        );
        none.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    /// <summary>Half of them in the folder <c>red</c>, half in <c>blue</c>.</summary>
    internal static (string Name, byte[] Content)[] Squares(int count) =>
        [
            .. Enumerable
                .Range(0, count)
                .Select(i => ($"{(i < count / 2 ? "red" : "blue")}/picture {i}.bmp", Bitmaps.Square(i, i < count / 2))),
        ];

    private static IEnumerable<(string, byte[])> Copies((string Name, byte[] Content) file, int count) =>
        Enumerable.Range(0, count).Select(copy => (file.Name.Replace(".bmp", $" {copy}.bmp"), file.Content));
}
