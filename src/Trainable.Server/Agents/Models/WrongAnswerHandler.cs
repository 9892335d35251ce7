using Trainable.Server.Platform;

namespace Trainable.Server.Agents.Models;

/// <summary>Says so when what answers is no API at all: a proxy's or a website's page with a status of success.</summary>
internal sealed class WrongAnswerHandler(string urlVariable) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        var response = await base.SendAsync(request, cancellationToken);
        if (response.IsSuccessStatusCode && response.Content.Headers.ContentType?.MediaType is "text/html")
        {
            response.Dispose();
            throw new UserFacingException(
                $"{request.RequestUri?.Host} answers with a web page where the API should be. Check {urlVariable}."
            );
        }
        return response;
    }
}
