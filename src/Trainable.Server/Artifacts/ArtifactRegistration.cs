namespace Trainable.Server.Artifacts;

internal static class ArtifactRegistration
{
    /// <summary>Needs <see cref="Platform.TrainableHome"/>.</summary>
    public static IServiceCollection AddArtifacts(this IServiceCollection services) =>
        services.AddSingleton<WorkspaceFiles>();
}
