using System.Text.Json.Serialization;
using Trainable.Contracts;

namespace Trainable.Server.Bundles;

/// <summary>A bundle's files, written for people to read too.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    WriteIndented = true,
    Converters = [typeof(UtcDateTimeConverter)]
)]
[JsonSerializable(typeof(BundleManifest))]
[JsonSerializable(typeof(CheckReport[]))]
[JsonSerializable(typeof(ScoreReport))]
[JsonSerializable(typeof(Evaluation))]
internal sealed partial class BundleJson : JsonSerializerContext;
