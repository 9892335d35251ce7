namespace Trainable.Server.Bundles;

internal static class BundleRegistration
{
    /// <summary>Needs predictions, agents (the playbooks) and the referee.</summary>
    public static IServiceCollection AddBundles(this IServiceCollection services) =>
        services
            .AddSingleton<BundleSubjects>()
            .AddSingleton<PackageInventory>()
            .AddSingleton<RecordedPredictions>()
            .AddSingleton<BundleExport>()
            .AddSingleton<BundleVerifier>();
}
