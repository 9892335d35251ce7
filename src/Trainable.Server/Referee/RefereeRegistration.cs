using Trainable.Server.Referee.Checks;
using Trainable.Server.Referee.Comparisons;
using Trainable.Server.Referee.Evaluations;
using Trainable.Server.Referee.Files;
using Trainable.Server.Referee.Scoring;

namespace Trainable.Server.Referee;

internal static class RefereeRegistration
{
    public static IServiceCollection AddReferee(this IServiceCollection services) =>
        services
            .AddSingleton<HeldRows>()
            .AddSingleton<RefereeHarness>()
            .AddSingleton<SuspicionCheck>()
            .AddSingleton<PipelineCheck>()
            .AddSingleton<EdaChecks>()
            .AddSingleton<PrepChecks>()
            .AddSingleton<TrainChecks>()
            .AddSingleton<TestSetSealer>()
            .AddSingleton<PermutationImportance>()
            .AddSingleton<Evaluator>()
            .AddSingleton<EvaluationStore>()
            .AddSingleton<ModelScorer>()
            .AddSingleton<ProcessedMetaExtractor>()
            .AddSingleton<BehaviourComparer>()
            .AddSingleton<ArtifactComparer>()
            .AddSingleton<RefereeService>();
}
