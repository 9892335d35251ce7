# Every parser works value by value, so one row gives the same result alone as in a table.
MISSING_WORDS = {"", "?", "-", "--", "na", "n/a", "nan", "null", "#n/a", "nil"}
TRUE_WORDS = {"true", "yes", "y", "t", "on", "1"}
FALSE_WORDS = {"false", "no", "n", "f", "off", "0"}
DATE_FORMATS = ["%m/%d/%Y", "%d/%m/%Y", "%Y/%m/%d", "%d.%m.%Y", "%d-%m-%Y", "%m-%d-%Y", "%m/%d/%y", "%d/%m/%y",
                "%d-%b-%Y", "%d %b %Y", "%b %d, %Y", "%d %B %Y", "%B %d, %Y", "%b %d %Y", "%d-%b-%y", "%Y%m%d",
                "%m/%d/%Y %H:%M", "%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M:%S", "%d/%m/%Y %H:%M:%S", "%d.%m.%Y %H:%M"]


def read_table(path):
    """The working rows with the dtypes that pandas gives them."""
    if str(path).lower().endswith((".parquet", ".pq")):
        return pd.read_parquet(path)
    return pd.read_csv(path, low_memory=False)


def map_unique(series, convert, dtype=object):
    """Apply `convert` once to each distinct value of a Series and spread the results over its rows."""
    codes, unique = pd.factorize(series.to_numpy())
    converted = [convert(value) for value in unique] + [np.nan if dtype is float else None]
    table = np.empty(len(converted), dtype=dtype)
    table[:] = converted
    return pd.Series(table[codes], index=series.index, name=series.name)


def text_of(value, longest=5000):
    """A value as text: integers without a decimal point, missing words as None, long cells cut."""
    if isinstance(value, (float, np.floating)):
        if not math.isfinite(value):
            return None
        return str(int(value)) if value == int(value) else repr(float(value))
    text = str(value)[:longest].strip()
    return None if text.lower() in MISSING_WORDS else text


def as_text(series):
    """A Series of strings with None where a value is missing."""
    return map_unique(series.astype(object), text_of)


def number_of(value):
    """'1,234', '$5', '12%', '(3.5)' or '1 200,5' as a float; NaN for anything else."""
    if isinstance(value, (bool, int, float, np.number, np.bool_)):
        return float(value) if math.isfinite(value) else math.nan
    text = str(value)[:60].strip()
    negative = text.startswith("(") and text.endswith(")")
    text = re.sub(r"[\s$€£¥₹%()_\u00a0]|USD|EUR|GBP", "", text)
    if re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", text):
        text = text.replace(",", "")
    elif re.fullmatch(r"[+-]?\d+,\d+", text):
        text = text.replace(",", ".")
    if not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", text):
        return math.nan
    number = float(text)
    return math.nan if not math.isfinite(number) else -number if negative else number


def as_numbers(series):
    """A float Series, NaN where a value is missing, infinite or no number."""
    if pd.api.types.is_bool_dtype(series) or pd.api.types.is_numeric_dtype(series):
        return pd.Series(series.to_numpy(dtype=float, na_value=np.nan), index=series.index, name=series.name) \
            .replace([np.inf, -np.inf], np.nan)
    return map_unique(series.astype(object), number_of, float)


def boolean_of(value):
    """1.0 or 0.0 for the usual words of truth, NaN for anything else."""
    word = (text_of(value) or "").lower()
    return 1.0 if word in TRUE_WORDS else 0.0 if word in FALSE_WORDS else math.nan


def as_booleans(series):
    return map_unique(series.astype(object), boolean_of, float)


def as_dates(series, date_format):
    """Timestamps by one fixed format ('iso' reads YYYY-MM-DD with an optional time), NaT where it does not fit."""
    if pd.api.types.is_datetime64_any_dtype(series):
        return series.dt.tz_convert("UTC").dt.tz_localize(None) if series.dt.tz is not None else series
    codes, unique = pd.factorize(series.to_numpy(dtype=object))
    text = pd.Series([str(value)[:40].strip() for value in unique] + [""], dtype=object)
    if date_format != "iso":
        dates = pd.to_datetime(text, format=date_format, errors="coerce")
    else:
        text = text.str.slice(0, 19).str.replace("T", " ", regex=False).str.rstrip("Z")
        dates = pd.to_datetime(text, format="%Y-%m-%d", errors="coerce")
        for longer in ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M"):
            dates = dates.fillna(pd.to_datetime(text, format=longer, errors="coerce"))
    return pd.Series(dates.to_numpy(dtype="datetime64[ns]")[codes], index=series.index, name=series.name)


def date_format_of(sample):
    """The format that fits at least 95 % of a sample of text values, or None."""
    sample = sample[:300]
    looks_dated = [bool(re.search(r"\d", text)) and bool(re.search(r"[-/.:, ]|^\d{8}$", text)) and len(text) <= 40
                   for text in sample]
    if not sample or np.mean(looks_dated) < 0.95:
        return None
    series = pd.Series(sample, dtype=object)
    fits = {name: as_dates(series, name).notna().mean() for name in ["iso"] + DATE_FORMATS}
    best = max(fits, key=fits.get)
    return best if fits[best] >= 0.95 else None
