using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Net.Http.Headers;
using Scalar.AspNetCore;
using Trainable.Contracts;
using Trainable.Server.Agents;
using Trainable.Server.Agents.Models;
using Trainable.Server.Artifacts;
using Trainable.Server.Bundles;
using Trainable.Server.Datasets;
using Trainable.Server.Datasets.Resumable;
using Trainable.Server.Events;
using Trainable.Server.Explorer;
using Trainable.Server.Mcp;
using Trainable.Server.Metrics;
using Trainable.Server.Platform;
using Trainable.Server.Predictions;
using Trainable.Server.Referee;
using Trainable.Server.S3;
using Trainable.Server.Sandboxes;
using Trainable.Server.Sessions;
using Trainable.Server.Sessions.Replays;
using Trainable.Server.Sessions.Tables;
using Trainable.Server.Sessions.Versions;
using Trainable.Server.Storage;
using Trainable.Server.Studio;

namespace Trainable.Server;

/// <summary>Builds and starts the application, in a process of its own or inside the command line.</summary>
internal static class ServerHost
{
    public static async Task<RunningServer> StartAsync(
        ServerOptions options,
        Action<IServiceCollection>? configure = null,
        CancellationToken cancellation = default
    )
    {
        var home = new TrainableHome(options.Home);
        home.EmptyScratch();
        var token = options.Token is { } chosen ? new AccessToken(chosen) : AccessToken.Random();
        var app = Build(options, home, token, configure);
        try
        {
            await app.Services.MigrateAsync(cancellation);
            app.Services.GetRequiredService<SpaceReserve>().Fill();
            await app.StartAsync(cancellation);
            if (options.ResumeRuns && await app.Services.HasRunningRunsAsync(cancellation))
                await app.Services.GetRequiredService<RunRecovery>().ResumeAllAsync(cancellation);
        }
        catch (IOException busy) when (busy.InnerException is AddressInUseException)
        {
            await app.DisposeAsync();
            throw new UserFacingException(
                $"Port {options.Port} is in use by another program. Choose another with --port, or --port 0 for any free one.",
                inner: busy
            );
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
        var address = app
            .Services.GetRequiredService<IServer>()
            .Features.Get<IServerAddressesFeature>()!
            .Addresses.First();
        return new RunningServer(app, new Uri(address), token.Value);
    }

    private static WebApplication Build(
        ServerOptions options,
        TrainableHome home,
        AccessToken token,
        Action<IServiceCollection>? configure
    )
    {
        var builder = WebApplication.CreateSlimBuilder(
            new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory }
        );
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null; // Uploads are limited, file by file, where they are received.
            kestrel.Listen(IPAddress.Parse(options.Host), options.Port);
        });
        // A run that is asked to stop with the server may need a moment to leave its sandbox.
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(10));
        builder.Services.AddSingleton(TimeProvider.System).AddSingleton(options).AddSingleton(home).AddSingleton(token);
        builder.Services.AddSingleton<IMemoryPoolFactory<byte>, WireBlocks>().AddSingleton<SpaceReserve>();
        builder.Services.AddProblems().AddApiDescription();
        builder.Services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, ContractJson.Default);
            json.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
            json.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
            json.SerializerOptions.Converters.Add(new UtcDateTimeConverter());
        });
        builder.Services.AddCors(cors =>
            cors.AddDefaultPolicy(policy =>
                policy
                    .WithOrigins([.. options.Origins])
                    .AllowAnyHeader()
                    .AllowAnyMethod()
                    .AllowCredentials()
                    .WithExposedHeaders(HeaderNames.Link, HeaderNames.ETag, PredictionEndpoints.NotesHeader)
            )
        );
        builder.Services.AddCompression();
        builder
            .Services.AddStorage(options)
            .AddEvents()
            .AddDatasets(builder.Configuration)
            .AddSandboxes()
            .AddMetricQueries()
            .AddArtifacts()
            .AddS3(builder.Configuration)
            .AddExplorer(builder.Configuration)
            .AddReferee()
            .AddPredictions()
            .AddAgents(builder.Configuration)
            .AddBundles()
            .AddSessions()
            .AddMcp()
            .AddStudio();
        configure?.Invoke(builder.Services);

        var app = builder.Build();
        app.UseExceptionHandler().UseStatusCodePages();
        app.UseCors();
        app.UseResponseCompression();
        app.UseMiddleware<TokenGate>();
        app.UseDatabaseWarmUp();
        app.MapOpenApi();
        app.MapScalarApiReference("/docs");
        app.MapHealth()
            .MapExperiments()
            .MapFromS3()
            .MapS3()
            .MapDatasetVersions()
            .MapDatasets()
            .MapResumableUploads()
            .MapSessions()
            .MapTables()
            .MapStages()
            .MapSessionOptions()
            .MapQuestions()
            .MapReplays()
            .MapUsage()
            .MapExec()
            .MapEvaluations()
            .MapPredictions()
            .MapBundles()
            .MapModels()
            .MapMetrics()
            .MapFiles()
            .MapStreams()
            .MapMcpServer()
            .MapStudio();
        return app;
    }
}

/// <summary>A server that listens. Disposing it stops it; runs that go on are taken up again by the next start.</summary>
internal sealed class RunningServer(WebApplication app, Uri url, string token) : IAsyncDisposable
{
    public Uri Url => url;

    public string Token => token;

    /// <summary>Completes when the server has stopped, by whatever cause.</summary>
    public Task Stopped { get; } = app.WaitForShutdownAsync();

    public IServiceProvider Services => app.Services;

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
    }
}
