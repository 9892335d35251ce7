namespace Trainable.Server.Metrics;

internal static class MetricsRegistration
{
    public static IServiceCollection AddMetricQueries(this IServiceCollection services) =>
        services.AddScoped<MetricQueries>();
}
