using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Trainable.Server.Agents.Models.Autopilot;

/// <summary>
/// Writes JSON values as Python literals. Column names and instructions are hostile text: every character that is not plain
/// ASCII is escaped, so a value can neither end its literal nor hide what it is from a reader.
/// </summary>
internal static class PythonLiteral
{
    /// <summary><c>NAME = {…}</c> over several lines, one key a line, with a trailing newline.</summary>
    public static string Assign(string name, JsonObject values)
    {
        var text = new StringBuilder();
        text.Append(name).Append(" = {\n");
        foreach (var (key, value) in values)
        {
            text.Append("    ");
            WriteString(text, key);
            text.Append(": ");
            Write(text, value);
            text.Append(",\n");
        }
        return text.Append("}\n").ToString();
    }

    public static string Of(JsonNode? value)
    {
        var text = new StringBuilder();
        Write(text, value);
        return text.ToString();
    }

    private static void Write(StringBuilder text, JsonNode? value)
    {
        switch (value)
        {
            case null:
                text.Append("None");
                break;
            case JsonArray items:
                text.Append('[');
                for (var index = 0; index < items.Count; index++)
                {
                    text.Append(index > 0 ? ", " : "");
                    Write(text, items[index]);
                }
                text.Append(']');
                break;
            case JsonObject members:
                text.Append('{');
                var first = true;
                foreach (var (key, member) in members)
                {
                    text.Append(first ? "" : ", ");
                    first = false;
                    WriteString(text, key);
                    text.Append(": ");
                    Write(text, member);
                }
                text.Append('}');
                break;
            default:
                WriteScalar(text, value);
                break;
        }
    }

    private static void WriteScalar(StringBuilder text, JsonNode value)
    {
        switch (value.GetValueKind())
        {
            case JsonValueKind.True:
                text.Append("True");
                break;
            case JsonValueKind.False:
                text.Append("False");
                break;
            case JsonValueKind.Number:
                text.Append(value.ToJsonString());
                break;
            default:
                WriteString(text, value.GetValue<string>());
                break;
        }
    }

    private static void WriteString(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (var rune in value.EnumerateRunes())
        {
            if (rune.Value is '"' or '\\')
                text.Append('\\').Append((char)rune.Value);
            else if (rune.Value is >= ' ' and < 0x7f)
                text.Append((char)rune.Value);
            else if (rune.Value <= 0xffff)
                text.Append("\\u").Append(rune.Value.ToString("x4", CultureInfo.InvariantCulture));
            else
                text.Append("\\U").Append(rune.Value.ToString("x8", CultureInfo.InvariantCulture));
        }
        text.Append('"');
    }
}
