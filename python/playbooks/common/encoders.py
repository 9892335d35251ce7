# Each encoder turns some raw columns into float features. What it learns, it learns in fit; transform works row by row.


class NumberEncoder:
    """Numbers (also those written as text), the median where missing, and a flag where that was common."""

    def __init__(self, columns):
        self.columns = columns

    def read(self, table):
        values = np.empty((len(table), len(self.columns)))
        for place, name in enumerate(self.columns):
            column = table[name]
            values[:, place] = column.to_numpy(dtype=float) if column.dtype.kind in "fiu" else as_numbers(column)
        values[~np.isfinite(values)] = np.nan
        return values

    def fit(self, table, target):
        values = self.read(table)
        missing = np.isnan(values)
        values[:, missing.all(axis=0)] = 0.0
        self.medians = np.nanmedian(values, axis=0)
        self.flagged = np.flatnonzero((missing.sum(axis=0) >= 5) | (missing.mean(axis=0) >= 0.02))
        self.names = list(self.columns) + [f"{self.columns[place]}_missing" for place in self.flagged]
        self.sources = list(self.columns) + [self.columns[place] for place in self.flagged]
        return self

    def transform(self, table):
        values = self.read(table)
        missing = np.isnan(values)
        return np.hstack([np.where(missing, self.medians, values), missing[:, self.flagged]])


class BooleanEncoder(NumberEncoder):
    """True and false in any of their usual words as 1 and 0, the commoner one where missing."""

    def read(self, table):
        return np.column_stack([as_booleans(table[name]) for name in self.columns])


class RankEncoder(NumberEncoder):
    """Levels with a natural order as 0, 1, 2, …"""

    def __init__(self, columns, orders):
        self.columns = columns
        self.ranks = {name: {level: float(rank) for rank, level in enumerate(orders[name])} for name in columns}

    def read(self, table):
        return np.column_stack([as_text(table[name]).map(self.ranks[name]).astype(float) for name in self.columns])


class DateEncoder:
    """Year, month, day, weekday, hour and the days since the first training date; the median parts where missing."""

    def __init__(self, columns, formats):
        self.columns, self.formats = columns, formats

    def parts(self, series, name):
        dates = as_dates(series, self.formats[name])
        part = dates.dt
        elapsed = (dates - self.start[name]).dt.total_seconds() / 86400
        return np.column_stack([elapsed, part.year, part.month, part.day, part.dayofweek,
                                part.hour + part.minute / 60, dates.isna()]).astype(float)

    def fit(self, table, target):
        self.start, self.medians, self.names, self.sources = {}, {}, [], []
        for name in self.columns:
            first = as_dates(table[name], self.formats[name]).min()
            self.start[name] = pd.Timestamp("2000-01-01") if pd.isna(first) else first
            values = self.parts(table[name], name)
            known = values[values[:, -1] == 0]
            self.medians[name] = np.median(known, axis=0) if len(known) else np.zeros(values.shape[1])
            self.names += [f"{name}_{part}" for part in ("elapsed_days", "year", "month", "day", "weekday", "hour",
                                                         "missing")]
            self.sources += [name] * 7
        return self

    def transform(self, table):
        blocks = []
        for name in self.columns:
            values = self.parts(table[name], name)
            blocks.append(np.where(np.isnan(values), self.medians[name], values))
        return np.hstack(blocks)


class LevelEncoder:
    """A code for each level, the commonest being 0; a missing value is a level where training has some.

    -1 stands for a level that training did not have, and for one so rare among many that nothing can be learnt of it.
    What a code is worth is for each model to learn from its own training rows.
    """

    def __init__(self, columns, many=30):
        self.columns, self.many = columns, many

    def fit(self, table, target):
        self.codes, self.names, self.sources = {}, list(self.columns), list(self.columns)
        for name in self.columns:
            counts = as_text(table[name]).fillna("missing").value_counts()
            ranked = sorted(counts.index, key=lambda level: (-counts[level], level))
            if len(ranked) > self.many:
                ranked = [level for level in ranked if counts[level] > 1] or ranked[:1]
            self.codes[name] = {level: float(code) for code, level in enumerate(ranked)}
        return self

    def transform(self, table):
        return np.column_stack([as_text(table[name]).fillna("missing").map(codes).fillna(-1.0).to_numpy(float)
                                for name, codes in self.codes.items()])


class TextEncoder:
    """Free text: its length, its words, and the leading components of its TF-IDF weights."""

    def __init__(self, columns, seed, components=40):
        self.columns, self.seed, self.components = columns, seed, components

    def fit(self, table, target):
        from sklearn.decomposition import TruncatedSVD
        from sklearn.feature_extraction.text import TfidfVectorizer
        self.words, self.names, self.sources = {}, [], []
        for name in self.columns:
            text = as_text(table[name]).fillna("")
            count = 0
            try:
                weigh = TfidfVectorizer(max_features=3000, min_df=2, sublinear_tf=True).fit(text)
                count = int(min(self.components, len(weigh.vocabulary_) - 1, len(text) // 20))
            except ValueError:      # no word occurs twice
                pass
            self.words[name] = None
            if count > 0:
                reduce = TruncatedSVD(count, random_state=self.seed).fit(weigh.transform(text))
                self.words[name] = (weigh, reduce)
            self.names += [f"{name}_length", f"{name}_words"] + [f"{name}_topic_{number + 1}"
                                                                 for number in range(max(0, count))]
            self.sources += [name] * (2 + max(0, count))
        return self

    def transform(self, table):
        blocks = []
        for name in self.columns:
            text = as_text(table[name]).fillna("")
            blocks.append(np.column_stack([text.str.len(), text.str.count(r"\S+")]).astype(float))
            if self.words[name]:
                weigh, reduce = self.words[name]
                blocks.append(np.round(reduce.transform(weigh.transform(text)), 6))
        return np.hstack(blocks)
