using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Trainable.E2E.App;
using Trainable.Tests.App;
using static Microsoft.Playwright.Assertions;

namespace Trainable.E2E;

/// <summary>Newer data for an experiment that is there.</summary>
public sealed class VersionTests
{
    [Fact]
    public async Task ANewVersionIsAddedSeenToDriftAndRunBesideTheOld()
    {
        await using var studio = await Studio.StartAsync(new ScriptedModels());
        var created = await studio.CreateAsync(csv: Tables.Binary(400));
        var page = await studio.OpenAsync($"/experiments/{created.Id}");
        var data = page.GetByRole(AriaRole.Region, new() { Name = "Data" });
        await Expect(data.GetByText("Version 1", new() { Exact = true })).ToBeVisibleAsync();

        var shifted = Tables
            .Binary(300, seed: 4)
            .Replace("age,", "years,", StringComparison.Ordinal)
            .Split('\n')
            .Select(
                (line, row) => row == 0 || line.Length == 0 ? line : Regex.Replace(line, "^([^,]*),([^,]*),", "$1,9$2,")
            );
        var chooser = await page.RunAndWaitForFileChooserAsync(() =>
            page.GetByRole(AriaRole.Button, new() { Name = "New version" }).ClickAsync()
        );
        await chooser.SetFilesAsync(
            new FilePayload
            {
                Name = "april.csv",
                MimeType = "text/csv",
                Buffer = System.Text.Encoding.UTF8.GetBytes(string.Join('\n', shifted)),
            }
        );
        await Expect(data.GetByText("Version 2", new() { Exact = true })).ToBeVisibleAsync();
        await Expect(data.GetByText("300 rows, 4 columns")).ToBeVisibleAsync();
        await Expect(data.GetByText(new Regex("New:\\s*years"))).ToBeVisibleAsync();
        await Expect(data.GetByText(new Regex("Gone:\\s*age"))).ToBeVisibleAsync();
        await Expect(data.GetByText(new Regex("PSI [0-9]"))).Not.ToHaveCountAsync(0);
        var sessions = page.GetByRole(AriaRole.Region, new() { Name = "Sessions" });
        await Expect(sessions.GetByText("version 2", new() { Exact = true })).ToBeVisibleAsync();
        await page.LookAsync("experiment-versions");

        await page.GetByLabel("Compare session 1").CheckAsync();
        await page.GetByLabel("Compare session 2").CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Compare 2" }).ClickAsync();
        await page.WaitForURLAsync(new Regex("/compare"));
    }

    [Fact]
    public async Task WhatCannotBeReadIsSaidAndAddsNoVersion()
    {
        await using var studio = await Studio.StartAsync(new ScriptedModels());
        var created = await studio.CreateAsync();
        var page = await studio.OpenAsync($"/experiments/{created.Id}");
        var chooser = await page.RunAndWaitForFileChooserAsync(() =>
            page.GetByRole(AriaRole.Button, new() { Name = "New version" }).ClickAsync()
        );
        await chooser.SetFilesAsync(
            new FilePayload
            {
                Name = "empty.csv",
                MimeType = "text/csv",
                Buffer = System.Text.Encoding.UTF8.GetBytes("other,another\n1,2\n2,3\n"),
            }
        );
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("bought");
        await Expect(page.GetByText("Version 2", new() { Exact = true })).ToHaveCountAsync(0);
    }
}
