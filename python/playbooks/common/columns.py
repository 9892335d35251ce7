# What each column is, decided from its values first and its name second.
ID_NAME = re.compile(r"(^|[_\s.-])(id|uuid|guid|key|index|idx|rowid|row|number|no|nr|ssn)$|^unnamed: "
                     r"?\d+$|^(id|uuid|guid)"
                     r"([_\s.-]|$)", re.IGNORECASE)
ID_CAMEL = re.compile(r"[a-z](ID|Id|Key|Uuid)$")
MAX_ONE_HOT = 9
ORDERED = [["none", "very low", "low", "medium", "moderate", "high", "very high"],
           ["xxs", "xs", "s", "m", "l", "xl", "xxl", "xxxl"], ["tiny", "small", "medium", "large", "huge"],
           ["very poor", "poor", "fair", "average", "good", "very good", "excellent"],
           ["po", "fa", "ta", "gd", "ex"], ["never", "rarely", "sometimes", "often", "usually", "always"],
           ["strongly disagree", "disagree", "neutral", "agree", "strongly agree"],
           ["first", "second", "third", "fourth", "fifth"], ["bronze", "silver", "gold", "platinum"],
           ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
           ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ["primary", "secondary", "tertiary"],
           ["i", "ii", "iii", "iv", "v", "vi"]]


def looks_like_id(name):
    return bool(ID_NAME.search(str(name)) or ID_CAMEL.search(str(name)))


def natural_order(levels):
    """The levels in their natural order where they have one ('low' < 'high', '<100' < '100-500'), else None."""
    words = {level: re.sub(r"[_-]+", " ", level.lower()).strip(" '\"") for level in levels}
    if len(levels) < 3:
        return None
    for scale in ORDERED:
        if all(word in scale for word in words.values()):
            return sorted(levels, key=lambda level: scale.index(words[level]))
    bound = re.compile(r"^(<|<=|>|>=|under|over|up to)?\s*\$?(\d+(?:\.\d+)?)k?\s*"
                       r"((-|–|to|<=?\s*x\s*<=?)\s*\$?\d+(?:\.\d+)?k?|\+|years?)?$")
    found = {level: bound.match(words[level] if "x" not in words[level] else level.lower().strip(" '\""))
             for level in levels}
    if all(found.values()) and any(match.group(1) or match.group(3) for match in found.values()):
        lows = {level: float(match.group(2)) + (0.1 if (match.group(1) or "").startswith((">", "over")) else 0)
                - (0.1 if (match.group(1) or "").startswith(("<", "under", "up")) else 0)
                for level, match in found.items()}
        if len(set(lows.values())) == len(levels):
            return sorted(levels, key=lows.get)
    return None


def inspect_column(series, name):
    """The role of one column with its reason: {role, reason, missing, levels, ...}."""
    rows = len(series)
    if isinstance(series.dtype, pd.CategoricalDtype):
        series = series.astype(object)
    is_text = series.dtype == object or pd.api.types.is_string_dtype(series)
    values = as_text(series) if is_text else series
    known = values.dropna()
    found = {"missing": int(rows - len(known)), "levels": int(known.nunique())}

    def role(kind, reason, **more):
        return {"role": kind, "reason": reason, **found, **more}

    if not len(known):
        return role("all_missing", "every value is missing")
    if found["levels"] == 1 and found["missing"] < 0.01 * rows:
        return role("constant", f"always {str(known.iloc[0])[:40]!r}")
    distinct = found["levels"] / len(known)
    if pd.api.types.is_bool_dtype(series):
        return role("boolean", "true and false")
    if pd.api.types.is_datetime64_any_dtype(series):
        return role("datetime", "timestamps", date_format="native")
    if pd.api.types.is_numeric_dtype(series):
        return inspect_numbers(known, name, distinct, role)
    return inspect_text(known, name, distinct, role)


def inspect_numbers(known, name, distinct, role):
    numbers = known.drop_duplicates().to_numpy(dtype=float)
    whole = np.isfinite(numbers).all() and (numbers == np.floor(numbers)).all()
    if whole and distinct > 0.95 and len(numbers) >= 20:
        if looks_like_id(name):
            return role("id", "whole numbers, all different, and named like an identifier")
        if (np.diff(numbers) > 0).all() and np.ptp(numbers) < 1.6 * len(numbers):
            return role("id", "counts the rows of the file")
    if set(np.unique(numbers[:100000])) <= {0.0, 1.0}:
        return role("boolean", "only 0 and 1")
    return role("numeric", "numbers")


def inspect_text(known, name, distinct, role):
    levels = known.drop_duplicates()
    sample = levels.iloc[:2000].tolist()
    if {level.lower() for level in sample} <= TRUE_WORDS | FALSE_WORDS and len(sample) == 2:
        return role("boolean", f"only {sample[0]!r} and {sample[1]!r}")
    parsed = np.isfinite([number_of(level) for level in sample]).mean()
    if parsed >= 0.95:
        if distinct > 0.98 and looks_like_id(name):
            return role("id", "numbers, all different, and named like an identifier")
        return role("numeric_text", "numbers written as text" if parsed == 1 else
                    f"numbers written as text ({parsed:.0%} of the values; the rest count as missing)")
    date_format = date_format_of(sample)
    if date_format:
        return role("datetime", "dates written as text", date_format=date_format)
    words = float(np.mean([len(level.split()) for level in sample]))
    length = float(np.mean([len(level) for level in sample]))
    if len(levels) > MAX_ONE_HOT and distinct > 0.3 and (words >= 4 or length > 60 and words >= 2):
        return role("text", f"free text, {words:.0f} words on average")
    if distinct > 0.95 and len(known) >= 20 or distinct > 0.8 and looks_like_id(name):
        return role("id", f"{len(levels):,} different values in {len(known):,} rows")
    if length > 500:
        return role("text", f"long cells, {length:,.0f} characters on average")
    if len(levels) > MAX_ONE_HOT:
        return role("high_cardinality", f"{len(levels):,} levels")
    order = natural_order(sample)
    return role("categorical", f"{len(levels)} levels" + (" with a natural order" if order else ""),
                **({"order": order} if order else {}))
