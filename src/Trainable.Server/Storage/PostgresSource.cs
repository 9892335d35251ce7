using System.Globalization;
using Npgsql;
using Trainable.Server.Platform;

namespace Trainable.Server.Storage;

/// <summary>The connections to the PostgreSQL database that <c>DATABASE_URL</c> names.</summary>
internal static class PostgresSource
{
    /// <summary>PostgreSQL takes 100 connections by default, and other programs want some too.</summary>
    private const int MaxConnections = 30;

    public static NpgsqlDataSource Create(DatabaseUrl url)
    {
        var settings = new NpgsqlConnectionStringBuilder
        {
            Host = url.Host,
            Port = url.Port,
            Database = url.Database,
            Username = url.User,
            Password = url.Password,
            ApplicationName = url["application_name"] ?? "trainable",
            Timeout = url["connect_timeout"] is { } seconds ? int.Parse(seconds, CultureInfo.InvariantCulture) : 10,
            MaxPoolSize = MaxConnections,
            MaxAutoPrepare = 100,
            // A server that vanished without a word is noticed by those who wait for it.
            KeepAlive = 30,
            RootCertificate = url["sslrootcert"],
            SslCertificate = url["sslcert"],
            SslKey = url["sslkey"],
            Options = url["options"],
        };
        if (url["sslmode"] is { } mode)
            settings.SslMode = Enum.Parse<SslMode>(mode.Replace("-", ""), ignoreCase: true);
        if (url["channel_binding"] is { } binding)
            settings.ChannelBinding = Enum.Parse<ChannelBinding>(binding, ignoreCase: true);
        return new NpgsqlDataSourceBuilder(settings.ConnectionString).Build();
    }
}
