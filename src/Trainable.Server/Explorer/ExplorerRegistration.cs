namespace Trainable.Server.Explorer;

internal static class ExplorerRegistration
{
    /// <summary>Needs sandboxes and a <see cref="Platform.TrainableHome"/>.</summary>
    public static IServiceCollection AddExplorer(this IServiceCollection services, IConfiguration configuration) =>
        services
            .AddSingleton(ExplorerOptions.Read(configuration))
            .AddSingleton<ExplorerSandboxes>()
            .AddSingleton<WorkspaceTables>()
            .AddSingleton<TableExplorer>();
}
