using System.IO.Pipelines;
using System.Text;
using CsCheck;
using Trainable.Server.Sandboxes.Runner;

namespace Trainable.Tests.Sandboxes;

/// <summary>The host's end of the protocol against a runner that is broken, or worse.</summary>
public sealed class RunnerConnectionTests
{
    [Fact]
    public async Task FramesComeWithTheirBytesHoweverTheyAreCut()
    {
        byte[] wire =
        [
            .. """{"event":"forked","step":1,"pid":42}"""u8,
            (byte)'\n',
            .. """{"event":"output","step":1,"stream":"stdout","bytes":5}"""u8,
            .. "\na\nb\nc"u8,
            .. """{"event":"closed","step":1}"""u8,
            (byte)'\n',
        ];
        await Gen.Int[1, wire.Length]
            .SampleAsync(async size =>
            {
                var frames = await ReadAllAsync(wire.Chunk(size));
                frames.Select(frame => frame.Event.Event).ShouldBe(["forked", "output", "closed"]);
                Encoding.UTF8.GetString(frames[1].Payload.Span).ShouldBe("a\nb\nc");
            });
    }

    [Theory]
    [InlineData("nonsense\n", "not valid")]
    [InlineData("null\n", "null")]
    [InlineData("{\"step\":1}\n", "not valid")]
    [InlineData("{\"event\":\"output\",\"bytes\":2000000000}\n", "2000000000 bytes")]
    [InlineData("{\"event\":\"output\",\"bytes\":-1}\n", "-1 bytes")]
    [InlineData("{\"event\":\"output\",\"bytes\":10}\nabc", "inside a payload")]
    [InlineData("{\"event\":", "inside a message")]
    public async Task WhatIsNotTheProtocolIsRefused(string wire, string reason)
    {
        var broken = await Should.ThrowAsync<RunnerProtocolException>(() =>
            ReadAllAsync([Encoding.UTF8.GetBytes(wire)])
        );

        broken.Message.ShouldContain(reason);
    }

    [Fact]
    public async Task AHeaderWithoutAnEndIsNotCollectedForEver()
    {
        var chunks = Enumerable.Repeat(new byte[8 * 1024], 64).Select(chunk => chunk.Select(_ => (byte)'x').ToArray());

        var broken = await Should.ThrowAsync<RunnerProtocolException>(() => ReadAllAsync(chunks));

        broken.Message.ShouldContain("no end of line");
    }

    [Fact]
    public async Task NoBytesCanMakeTheReaderHangOrThrowAnythingElse() =>
        await Gen
            .Byte.Array[0, 300]
            .SampleAsync(async bytes =>
            {
                try
                {
                    await ReadAllAsync([bytes]);
                }
                catch (RunnerProtocolException)
                {
                    // The one answer to nonsense.
                }
            });

    [Fact]
    public async Task ACommandForARunnerThatIsGoneIsDropped()
    {
        var pipe = new Pipe();
        await using var connection = new RunnerConnection(new ClosedStream(), pipe.Reader.AsStream());

        await connection.SendAsync(RunnerCommand.Go(1), TestContext.Current.CancellationToken);
    }

    private static async Task<List<RunnerFrame>> ReadAllAsync(IEnumerable<byte[]> chunks)
    {
        var pipe = new Pipe();
        await using var connection = new RunnerConnection(Stream.Null, pipe.Reader.AsStream());
        var writing = Task.Run(async () =>
        {
            foreach (var chunk in chunks)
                await pipe.Writer.WriteAsync(chunk);
            await pipe.Writer.CompleteAsync();
        });
        var frames = new List<RunnerFrame>();
        using var limit = new CancellationTokenSource(SandboxLab.Limit);
        while (await connection.ReadAsync(limit.Token) is { } frame)
            frames.Add(frame);
        await writing;
        return frames;
    }

    private sealed class ClosedStream : MemoryStream
    {
        public override ValueTask WriteAsync(
            ReadOnlyMemory<byte> buffer,
            CancellationToken cancellationToken = default
        ) => throw new IOException("Broken pipe");
    }
}
