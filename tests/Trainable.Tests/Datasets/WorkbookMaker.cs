using System.IO.Compression;
using System.Security;
using System.Text;

namespace Trainable.Tests.Datasets;

/// <summary>Writes .xlsx files part by part, so that tests can say what a program for spreadsheets would not.</summary>
internal static class WorkbookMaker
{
    public const string Main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    private const string Relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    private const string Package = "http://schemas.openxmlformats.org/package/2006";

    /// <summary>A text cell.</summary>
    public static string T(string text) => $"<c t=\"inlineStr\"><is><t>{SecurityElement.Escape(text)}</t></is></c>";

    public static string N(string number) => $"<c><v>{number}</v></c>";

    public static string Flag(bool value) => $"<c t=\"b\"><v>{(value ? 1 : 0)}</v></c>";

    public static string Error(string code) => $"<c t=\"e\"><v>{code}</v></c>";

    /// <summary>Days since 1899-12-30, shown as a date.</summary>
    public static string Day(string days) => $"<c s=\"1\"><v>{days}</v></c>";

    /// <summary>The same, shown with the time of day.</summary>
    public static string Moment(string days) => $"<c s=\"2\"><v>{days}</v></c>";

    /// <summary>A formula and what it gave when it was saved.</summary>
    public static string Formula(string formula, string value) => $"<c><f>{formula}</f><v>{value}</v></c>";

    public static string Row(params string[] cells) => $"<row>{string.Concat(cells)}</row>";

    public static string Sheet(params IEnumerable<string> rows) =>
        $"<worksheet xmlns=\"{Main}\"><sheetData>{string.Concat(rows)}</sheetData></worksheet>";

    public static byte[] Make(params (string Name, string Xml)[] sheets)
    {
        using var packed = new MemoryStream();
        using (var archive = new ZipArchive(packed, ZipArchiveMode.Create, leaveOpen: true))
        {
            var numbers = Enumerable.Range(1, sheets.Length).ToArray();
            Add(
                "[Content_Types].xml",
                $"""
                <Types xmlns="{Package}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
                <Default Extension="xml" ContentType="application/xml"/>
                <Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>
                <Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/>
                {string.Concat(
                    numbers.Select(n => $"<Override PartName=\"/xl/worksheets/sheet{n}.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml\"/>")
                )}</Types>
                """
            );
            Add(
                "_rels/.rels",
                $"<Relationships xmlns=\"{Package}/relationships\"><Relationship Id=\"r1\" Type=\"{Relations}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
            );
            Add(
                "xl/workbook.xml",
                $"<workbook xmlns=\"{Main}\" xmlns:r=\"{Relations}\"><sheets>{string.Concat(sheets.Select((sheet, at) => $"<sheet name=\"{SecurityElement.Escape(sheet.Name)}\" sheetId=\"{at + 1}\" r:id=\"r{at + 1}\"/>"))}</sheets></workbook>"
            );
            Add(
                "xl/_rels/workbook.xml.rels",
                $"<Relationships xmlns=\"{Package}/relationships\">{string.Concat(numbers.Select(n => $"<Relationship Id=\"r{n}\" Type=\"{Relations}/worksheet\" Target=\"worksheets/sheet{n}.xml\"/>"))}<Relationship Id=\"s\" Type=\"{Relations}/styles\" Target=\"styles.xml\"/></Relationships>"
            );
            Add(
                "xl/styles.xml",
                $"<styleSheet xmlns=\"{Main}\"><fonts count=\"1\"><font/></fonts><fills count=\"1\"><fill><patternFill/></fill></fills><borders count=\"1\"><border/></borders><cellStyleXfs count=\"1\"><xf/></cellStyleXfs><cellXfs count=\"3\"><xf numFmtId=\"0\"/><xf numFmtId=\"14\" applyNumberFormat=\"1\"/><xf numFmtId=\"22\" applyNumberFormat=\"1\"/></cellXfs></styleSheet>"
            );
            foreach (var (sheet, number) in sheets.Zip(numbers))
                Add($"xl/worksheets/sheet{number}.xml", sheet.Xml);

            void Add(string name, string text)
            {
                using var entry = archive.CreateEntry(name).Open();
                entry.Write(Encoding.UTF8.GetBytes(text));
            }
        }
        return packed.ToArray();
    }
}
