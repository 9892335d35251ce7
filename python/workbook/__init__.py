"""Makes a plain table of a sheet of an Excel workbook. It runs in a sandbox, because the workbook is hostile."""
