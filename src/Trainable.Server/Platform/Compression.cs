using System.IO.Compression;
using Microsoft.AspNetCore.ResponseCompression;

namespace Trainable.Server.Platform;

/// <summary>
/// JSON travels compressed to who asks for it: a long session shrinks tenfold. Event streams do not (a compressor would
/// hold events back), nor do raw files (they are read in ranges).
/// </summary>
internal static class Compression
{
    public static IServiceCollection AddCompression(this IServiceCollection services) =>
        services
            .AddResponseCompression(options =>
            {
                options.MimeTypes = ["application/json", "application/problem+json"];
                options.Providers.Add<BrotliCompressionProvider>();
                options.Providers.Add<GzipCompressionProvider>();
            })
            .Configure<BrotliCompressionProviderOptions>(brotli => brotli.Level = CompressionLevel.Fastest)
            .Configure<GzipCompressionProviderOptions>(gzip => gzip.Level = CompressionLevel.Fastest);
}
