using System.ComponentModel;
using System.Diagnostics;

namespace Trainable.Cli.Serving;

/// <summary>Opens the person's browser where there is a display to open it on.</summary>
internal static class Browser
{
    public static void TryOpen(Uri url)
    {
        if (!HasDisplay())
            return;
        try
        {
            using var opener = Process.Start(
                new ProcessStartInfo("xdg-open")
                {
                    ArgumentList = { url.AbsoluteUri },
                    UseShellExecute = false,
                    RedirectStandardOutput = true,
                    RedirectStandardError = true,
                }
            );
        }
        catch (Win32Exception)
        {
            // No xdg-open: the address is on the screen.
        }
    }

    private static bool HasDisplay() => IsSet("DISPLAY") || IsSet("WAYLAND_DISPLAY");

    private static bool IsSet(string variable) => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(variable));
}
