using Trainable.Server.Agents.Models;
using Trainable.Server.Agents.Models.Anthropic;
using Trainable.Server.Agents.Models.Autopilot;
using Trainable.Server.Agents.Models.External;
using Trainable.Server.Agents.Models.Ollama;
using Trainable.Server.Agents.Models.OpenAI;
using Trainable.Server.Agents.Models.Replay;
using Trainable.Server.Agents.Recordings;
using Trainable.Server.Agents.Steering;
using Trainable.Server.Agents.Tools;
using Trainable.Server.Platform;

namespace Trainable.Server.Agents;

internal static class AgentsRegistration
{
    public static IServiceCollection AddAgents(this IServiceCollection services, IConfiguration configuration) =>
        services
            .AddSingleton<SessionSandboxes>()
            .AddSingleton<StageFiles>()
            .AddSingleton<SandboxPackages>()
            .AddSingleton<SkillShelf>()
            .AddSingleton<StagePrompt>()
            .AddSingleton(_ => Playbook.Shipped())
            .AddSingleton(AnthropicOptions.Read(configuration))
            .AddSingleton(OpenAIOptions.Read(configuration))
            .AddSingleton(OllamaOptions.Read(configuration))
            .AddSingleton(provider => ModelCatalogue.Of(provider.GetRequiredService<TrainableHome>(), configuration))
            .AddSingleton(ExternalOptions.Read(configuration))
            .AddSingleton<ExternalRuns>()
            .AddSingleton<IModelProvider, AnthropicProvider>()
            .AddSingleton<IModelProvider, OpenAIProvider>()
            .AddSingleton<IModelProvider, OllamaProvider>()
            .AddSingleton<IModelProvider, ReplayProvider>()
            .AddSingleton<IModelProvider, ExternalProvider>()
            .AddSingleton<IModelProvider, AutopilotProvider>()
            .AddSingleton<IModels, ConfiguredModels>()
            .AddSingleton<IAgentTool, ExecuteCodeTool>()
            .AddSingleton<IAgentTool, ReadFileTool>()
            .AddSingleton<IAgentTool, ListFilesTool>()
            .AddSingleton<IAgentTool, AskUserTool>()
            .AddSingleton<IAgentTool, QueryDataTool>()
            .AddSingleton<IAgentTool, FinishStageTool>()
            .AddSingleton<RecordedRuns>()
            .AddSingleton<Questions>()
            .AddSingleton<CodeApproval>()
            .AddSingleton<ModelTurns>()
            .AddSingleton<ToolCalls>()
            .AddSingleton<AgentLoop>();
}
