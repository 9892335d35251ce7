namespace Trainable.Server.Predictions;

internal static class PredictionRegistration
{
    /// <summary>Needs storage, datasets, sandboxes and the referee.</summary>
    public static IServiceCollection AddPredictions(this IServiceCollection services) =>
        services.AddSingleton<Predictors>().AddSingleton<PredictionService>().AddSingleton<ImageRows>();
}
