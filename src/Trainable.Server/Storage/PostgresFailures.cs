using System.Net.Sockets;
using System.Security.Authentication;
using Npgsql;
using Trainable.Server.Platform;

namespace Trainable.Server.Storage;

/// <summary>What went wrong with PostgreSQL: whether it passes by itself, and how to tell a person.</summary>
internal static class PostgresFailures
{
    /// <summary>The connection is gone or was not to be had: nothing of the statement's own, and worth another try.</summary>
    public static bool IsConnectionLost(Exception failure) =>
        failure switch
        {
            PostgresException told => told.SqlState.StartsWith("08", StringComparison.Ordinal)
                || told.SqlState
                    is PostgresErrorCodes.AdminShutdown
                        or PostgresErrorCodes.CrashShutdown
                        or PostgresErrorCodes.CannotConnectNow
                        or PostgresErrorCodes.TooManyConnections
                        or "25P03" // idle_in_transaction_session_timeout
                        or "57P05", // idle_session_timeout
            // Without an answer of the server's, Npgsql's own exceptions tell of broken sockets, time-outs and full pools.
            NpgsqlException => true,
            SocketException or TimeoutException or IOException => true,
            _ => false,
        };

    /// <summary>Two transactions stood in each other's way and this one was undone; the next try goes through.</summary>
    public static bool IsCollision(Exception failure) =>
        failure
            is PostgresException
            {
                SqlState: PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure
            };

    /// <summary>What a request is told while the database is away.</summary>
    public static UserFacingException Unavailable(Exception? inner = null) =>
        new(
            "The database cannot be reached at the moment. Nothing that was kept is lost; try again in a moment.",
            StatusCodes.Status503ServiceUnavailable,
            inner
        );

    /// <summary>Why a server cannot start on this database, in one sentence without the password; null when it is a bug.</summary>
    public static UserFacingException? ExplainStart(Exception failure, DatabaseUrl url)
    {
        for (Exception? cause = failure; cause is not null; cause = cause.InnerException)
        {
            if (Sentence(cause, url) is { } sentence)
                return new UserFacingException(sentence, inner: failure);
        }
        return null;
    }

    private static string? Sentence(Exception failure, DatabaseUrl url) =>
        failure switch
        {
            PostgresException { SqlState: PostgresErrorCodes.InvalidPassword } =>
                $"PostgreSQL at {url} refuses the password of user '{url.User}': check both in DATABASE_URL.",
            PostgresException { SqlState: PostgresErrorCodes.InvalidAuthorizationSpecification } told =>
                $"PostgreSQL at {url} does not let user '{url.User}' in ({told.MessageText}): check DATABASE_URL and pg_hba.conf.",
            PostgresException { SqlState: PostgresErrorCodes.InvalidCatalogName } =>
                $"PostgreSQL at {url} has no database '{url.Database}': create it, or name another in DATABASE_URL.",
            PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } told =>
                $"User '{url.User}' may not make Trainable's tables in database '{url.Database}' at {url} "
                    + $"({told.MessageText}): make the user the database's owner.",
            PostgresException told when IsConnectionLost(told) =>
                $"PostgreSQL at {url} takes no connections at the moment ({told.MessageText}): try again in a moment.",
            PostgresException => null,
            SocketException refused => $"PostgreSQL at {url} cannot be reached ({refused.Message}): "
                + "check DATABASE_URL, and that the server runs.",
            AuthenticationException tls => $"PostgreSQL at {url} and this server cannot agree on TLS ({tls.Message}): "
                + "check sslmode and sslrootcert in DATABASE_URL.",
            TimeoutException => $"PostgreSQL at {url} does not answer: check DATABASE_URL, and that the server runs.",
            NpgsqlException { InnerException: null } told => $"PostgreSQL at {url} cannot be used: "
                + $"{told.Message.TrimEnd('.')}. Check DATABASE_URL.",
            _ => null,
        };
}
