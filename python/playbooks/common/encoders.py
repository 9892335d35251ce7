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
    """One column for each level seen in training, a missing value being a level; unseen levels give zeros."""

    def __init__(self, columns):
        self.columns = columns

    def fit(self, table, target):
        self.levels, self.names, self.sources = {}, [], []
        for name in self.columns:
            levels = sorted(as_text(table[name]).fillna("missing").unique())
            self.levels[name] = levels[1:] if len(levels) == 2 else levels
            self.names += [f"{name}_{level[:40]}" for level in self.levels[name]]
            self.sources += [name] * len(self.levels[name])
        return self

    def transform(self, table):
        blocks = []
        for name in self.columns:
            text = as_text(table[name]).fillna("missing").to_numpy()
            blocks += [(text == level).astype(float) for level in self.levels[name]]
        return np.column_stack(blocks)


class TargetEncoder:
    """Many levels: the smoothed mean of the target in each level (for each common class), and how common the level is.

    fit_transform encodes every training row with means of the other folds, so that no row meets its own target.
    """

    def __init__(self, columns, seed, smoothing=10.0, folds=5):
        self.columns, self.seed, self.smoothing, self.folds = columns, seed, smoothing, folds

    def goals(self, target):
        if self.classes is None:
            return np.asarray(target, dtype=float)[:, None]
        labels = as_text(target).to_numpy()
        return np.column_stack([(labels == label).astype(float) for label in self.classes])

    def fit(self, table, target):
        self.classes = None
        if not pd.api.types.is_float_dtype(target):
            labels = as_text(target).value_counts()
            self.classes = sorted(labels.index)[1:] if len(labels) == 2 else list(labels.index[:5])
        goals = self.goals(target)
        self.prior = goals.mean(axis=0)
        self.means = {name: self.level_means(as_text(table[name]), goals) for name in self.columns}
        self.counts = {name: as_text(table[name]).fillna("").value_counts().to_dict() for name in self.columns}
        parts = ["mean"] if goals.shape[1] == 1 else [f"mean_{label}" for label in self.classes]
        self.names = [f"{name}_{part}" for name in self.columns for part in parts + ["frequency"]]
        self.sources = [name for name in self.columns for _ in parts + ["frequency"]]
        return self

    def level_means(self, text, goals):
        codes, levels = pd.factorize(text.fillna("").to_numpy())
        counts = np.bincount(codes, minlength=len(levels)) + self.smoothing
        sums = [np.bincount(codes, weights=column, minlength=len(levels)) for column in goals.T]
        means = [(total + self.smoothing * prior) / counts for total, prior in zip(sums, self.prior)]
        return dict(zip(levels, np.column_stack(means)))

    def look_up(self, text, means):
        codes, levels = pd.factorize(text.fillna("").to_numpy())
        return np.array([means.get(level, self.prior) for level in levels])[codes].reshape(len(text), len(self.prior))

    def frequency(self, text, name):
        return np.log1p(text.fillna("").map(self.counts[name]).fillna(0).to_numpy(dtype=float))

    def transform(self, table):
        blocks = []
        for name in self.columns:
            text = as_text(table[name])
            blocks += [self.look_up(text, self.means[name]), self.frequency(text, name)[:, None]]
        return np.hstack(blocks)

    def fit_transform(self, table, target):
        self.fit(table, target)
        goals = self.goals(target)
        fold = np.random.default_rng(self.seed).permutation(len(table)) % self.folds
        blocks = []
        for name in self.columns:
            text = as_text(table[name])
            encoded = np.empty((len(table), goals.shape[1]))
            for number in range(self.folds):
                inside = fold == number
                encoded[inside] = self.look_up(text[inside], self.level_means(text[~inside], goals[~inside]))
            blocks += [encoded, self.frequency(text, name)[:, None]]
        return np.hstack(blocks)


class TextEncoder:
    """Free text: its length, its words, and the leading components of its TF-IDF weights."""

    def __init__(self, columns, seed, components=16):
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
