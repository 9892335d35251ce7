namespace Trainable.Cli.Api;

/// <summary>The server answered, and said no: its sentence and status.</summary>
internal sealed class ApiException(string detail, int status) : Exception(detail)
{
    public int Status => status;
}
