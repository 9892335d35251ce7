using System.IO.Compression;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Trainable.Contracts;
using Trainable.Tests.App;

namespace Trainable.Tests.Bundles;

/// <summary>A bundle in a folder, which a test may change before it has it verified.</summary>
internal sealed class UnpackedBundle : IDisposable
{
    private UnpackedBundle(string folder) => Folder = folder;

    public string Folder { get; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>A folder that somebody else made and removes.</summary>
    public static UnpackedBundle At(string folder) => new(folder);

    public static async Task<UnpackedBundle> ExportAsync(TrainableApp app, Guid session, string query = "")
    {
        using var answer = await app.Http.GetAsync($"/api/sessions/{session}/bundle{query}", Cancellation);
        if (!answer.IsSuccessStatusCode)
            Assert.Fail(await answer.Content.ReadAsStringAsync(Cancellation));
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/zip");
        var folder = Directory.CreateTempSubdirectory("trainable-bundle-").FullName;
        await using var archive = new ZipArchive(await answer.Content.ReadAsStreamAsync(Cancellation));
        await archive.ExtractToDirectoryAsync(folder, Cancellation);
        return new UnpackedBundle(folder);
    }

    public string PathOf(string name) => Path.Combine(Folder, name);

    public Task<string> ReadAsync(string name) => File.ReadAllTextAsync(PathOf(name), Cancellation);

    public IReadOnlyList<string> Files =>
        [
            .. Directory
                .EnumerateFiles(Folder, "*", SearchOption.AllDirectories)
                .Select(path => Path.GetRelativePath(Folder, path))
                .Order(StringComparer.Ordinal),
        ];

    /// <summary>Writes the hash of a file, as it is now, into the manifest: what a forger would do.</summary>
    public async Task ForgeHashAsync(string name)
    {
        var manifest = JsonNode.Parse(await ReadAsync("bundle.json"))!;
        var file = manifest["files"]!.AsArray().Single(one => one!["path"]!.GetValue<string>() == name)!;
        var bytes = await File.ReadAllBytesAsync(PathOf(name), Cancellation);
        file["sha256"] = Convert.ToHexStringLower(SHA256.HashData(bytes));
        file["size"] = bytes.Length;
        await File.WriteAllTextAsync(PathOf("bundle.json"), manifest.ToJsonString(), Cancellation);
    }

    public async Task<BundleVerdict> VerifyAsync(TrainableApp app)
    {
        await using var zip = new MemoryStream();
        await ZipFile.CreateFromDirectoryAsync(Folder, zip, Cancellation);
        using var answer = await PostAsync(app, zip.ToArray());
        if (!answer.IsSuccessStatusCode)
            Assert.Fail(await answer.Content.ReadAsStringAsync(Cancellation));
        return (await TrainableApp.ReadAsync(answer, ContractJson.Default.BundleVerdict))!;
    }

    public static async Task<HttpResponseMessage> PostAsync(TrainableApp app, byte[] zip)
    {
        using var content = new ByteArrayContent(zip);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/zip");
        return await app.Http.PostAsync("/api/bundles/verify", content, Cancellation);
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
