# Each family of models sees the features in its own way. A view learns from the rows that its model is fitted on, and
# from no others: what a level is worth, medians and scales are all learnt inside the fold.
MOST_COLUMNS = 40           # levels up to which a column becomes one column for each level
MOST_NATIVE = 200           # levels up to which a booster splits levels by itself
TREES = ("native", "means", "codes", "columns")


class LevelMeans:
    """The smoothed mean target of each level (for each of at most five classes), and how common the level is.

    learn() gives training rows the means of their other rows, fold by fold, so that no row meets its own target.
    """

    def __init__(self, classes, seed, smoothing=10.0, folds=5):
        self.classes, self.seed, self.smoothing, self.folds = classes, seed, smoothing, folds

    def learn(self, codes, goal):
        if self.classes:
            common = [1] if self.classes == 2 else np.argsort(-np.bincount(goal, minlength=self.classes))[:5]
            goals = np.column_stack([goal == label for label in common]).astype(float)
        else:
            goals = np.asarray(goal, dtype=float)[:, None]
        self.prior = goals.mean(axis=0)
        codes = self.clean(codes)
        self.size = int(codes.max()) + 1
        self.means, self.counts = self.of(codes, goals)
        fold = np.random.default_rng(self.seed).permutation(len(codes)) % self.folds
        encoded = np.empty((len(codes), goals.shape[1]))
        for number in range(self.folds):
            inside = fold == number
            encoded[inside] = self.of(codes[~inside], goals[~inside])[0][codes[inside]]
        return np.column_stack([encoded, np.log1p(self.counts[codes])])

    def clean(self, codes):
        """Place 0 is for what has no level, as are levels beyond those learnt."""
        return np.nan_to_num(codes + 1, nan=0.0).astype(int)

    def of(self, codes, goals):
        counts = np.bincount(codes, minlength=self.size)
        sums = np.column_stack([np.bincount(codes, weights=column, minlength=self.size) for column in goals.T])
        return (sums + self.smoothing * self.prior) / (counts + self.smoothing)[:, None], counts

    def transform(self, codes):
        codes = self.clean(codes)
        codes = np.where(codes < self.size, codes, 0)
        known = self.counts[codes] > 0
        return np.column_stack([np.where(known[:, None], self.means[codes], self.prior), np.log1p(self.counts[codes])])


class View:
    """Turns a FeatureReader's matrix into what one family wants.

    how: for trees "native" (levels and missing values as they are), "means" (levels by their mean target), "codes" or
    "columns" (filled); for all others "scaled", "normal" or "ranks", with "+splines", "+pairs" or "+pieces" after it.
    """

    def __init__(self, how, kinds, levels, classes, seed):
        self.base, _, self.extra = how.partition("+")
        self.classes, self.seed = classes, seed
        kinds, levels = np.array(kinds), np.array(levels)
        self.flags = np.flatnonzero(kinds == "flag")
        self.numbers = np.flatnonzero(kinds == "number")
        level = kinds == "level"
        most = {"native": MOST_NATIVE, "codes": 10 ** 9, "means": 2}.get(self.base, MOST_COLUMNS)
        self.narrow = np.flatnonzero(level & (levels <= most))
        self.wide = np.flatnonzero(level & (levels > most))
        self.sizes = levels[self.narrow]
        self.is_category = np.zeros(0, dtype=bool)

    def fit_transform(self, values, goal):
        numbers = values[:, self.numbers].astype(float)
        self.medians = np.zeros(numbers.shape[1])
        known = ~np.isnan(numbers).all(axis=0)
        self.medians[known] = np.nanmedian(numbers[:, known], axis=0)
        means = []
        self.level_means = [LevelMeans(self.classes, self.seed + place) for place in self.wide]
        for encoder, place in zip(self.level_means, self.wide):
            means.append(encoder.learn(values[:, place], goal))
        means = np.hstack(means) if means else np.empty((len(values), 0))
        if self.base in TREES:
            self.is_category = np.r_[np.zeros(len(self.numbers) + means.shape[1], bool),
                                     np.full(len(self.narrow), self.base == "native")]
            return self.for_trees(values, means)
        dense = self.scale_fit(np.hstack([self.filled(values), means]))
        return self.widen(dense, values, fit=True)

    def transform(self, values):
        means = [encoder.transform(values[:, place]) for encoder, place in zip(self.level_means, self.wide)]
        means = np.hstack(means) if means else np.empty((len(values), 0))
        if self.base in TREES:
            return self.for_trees(values, means)
        return self.widen(self.scale(np.hstack([self.filled(values), means])), values, fit=False)

    def for_trees(self, values, means):
        if self.base in ("native", "means"):
            return np.hstack([values[:, self.numbers], means, values[:, self.narrow]]).astype(np.float32)
        codes = np.nan_to_num(values[:, self.narrow], nan=-1)
        levels = self.one_column_each(values) if self.base == "columns" else codes
        return np.hstack([self.filled(values), means, levels, values[:, self.flags]]).astype(np.float32)

    def places(self):
        """Which feature each of a booster's columns comes from, by its place."""
        means = [place for encoder, place in zip(self.level_means, self.wide)
                 for _ in range(encoder.means.shape[1] + 1)]
        more = [] if self.base in ("native", "means") else self.flags
        return [int(place) for place in [*self.numbers, *means, *self.narrow, *more]]

    def filled(self, values):
        numbers = values[:, self.numbers].astype(float)
        return np.where(np.isnan(numbers), self.medians, numbers)

    def one_column_each(self, values):
        """One column for each level, and a single one where there are two."""
        blocks = [values[:, [place]] == np.arange(1 if size == 2 else 0, size)
                  for place, size in zip(self.narrow, self.sizes)]
        return np.hstack(blocks).astype(float) if blocks else np.empty((len(values), 0))

    def scale_fit(self, numbers):
        from sklearn.preprocessing import PowerTransformer, QuantileTransformer, StandardScaler
        self.varies = np.flatnonzero(numbers.std(axis=0) > 1e-12)
        numbers = numbers[:, self.varies]
        self.reshape, self.smooth = None, np.ones(numbers.shape[1], dtype=bool)
        if not numbers.shape[1]:
            return numbers
        self.scaler = StandardScaler().fit(numbers)
        numbers = self.scaler.transform(numbers)          # first, for large values upset the power transform
        if self.base == "normal":
            self.reshape = PowerTransformer().fit(numbers)
            bent = self.reshape.transform(numbers)
            self.smooth = np.isfinite(bent).all(axis=0) & (np.nan_to_num(bent).std(axis=0) > 1e-6)
        elif self.base == "ranks":
            self.reshape = QuantileTransformer(n_quantiles=min(300, len(numbers)), output_distribution="normal",
                                               random_state=0).fit(numbers)
        return self.bend(numbers)

    def scale(self, numbers):
        numbers = numbers[:, self.varies]
        return self.bend(self.scaler.transform(numbers)) if numbers.shape[1] else numbers

    def bend(self, numbers):
        if self.reshape is not None:
            numbers = np.where(self.smooth, self.reshape.transform(numbers), numbers)
        reach = 3.0 if self.base == "ranks" else 6.0
        return np.clip(np.nan_to_num(numbers), -reach, reach)

    def widen(self, numbers, values, fit):
        """Numbers, levels and flags side by side, with curves, products or pieces of the numbers."""
        levels = self.one_column_each(values)
        blocks = [numbers, 0.8 * levels, values[:, self.flags]]
        if self.extra == "pairs":
            both = np.hstack([numbers, levels])
            if fit:
                self.learn_pairs(both)
            pairs = self.products.transform(both)[:, both.shape[1]:][:, self.useful]
            blocks.append(np.clip((pairs - self.pair_means) / self.pair_spreads, -6, 6))
        elif self.extra and numbers.shape[1]:
            if fit:
                self.learn_splines(numbers) if self.extra == "splines" else self.learn_pieces(numbers)
            blocks.append(self.curves(numbers) if self.extra == "splines" else self.pieces(numbers))
        return np.hstack(blocks)

    def learn_pairs(self, both):
        from sklearn.preprocessing import PolynomialFeatures
        self.products = PolynomialFeatures(2, include_bias=False).fit(both)
        pairs = self.products.transform(both)[:, both.shape[1]:]
        self.useful = np.flatnonzero(pairs.std(axis=0) > 1e-9)
        self.pair_means, self.pair_spreads = pairs.mean(axis=0)[self.useful], pairs.std(axis=0)[self.useful]

    def learn_splines(self, numbers):
        from sklearn.preprocessing import SplineTransformer
        self.curved = np.flatnonzero([len(np.unique(column)) > 8 for column in numbers.T])[:150]
        self.low, self.high = numbers.min(axis=0), numbers.max(axis=0)
        self.splines = None
        if len(self.curved):
            try:
                self.splines = SplineTransformer(6, degree=3, knots="quantile", include_bias=False).fit(
                    numbers[:, self.curved])
            except ValueError:      # equal quantiles: evenly spaced knots do
                self.splines = SplineTransformer(6, degree=3, include_bias=False).fit(numbers[:, self.curved])

    def curves(self, numbers):
        if self.splines is None:
            return np.empty((len(numbers), 0))
        return 3 * self.splines.transform(np.clip(numbers, self.low, self.high)[:, self.curved])

    def learn_pieces(self, numbers):
        """Edges of piecewise-linear encoding (Gorishniy et al., 2022), from quantiles."""
        edges = [np.unique(np.quantile(column, np.linspace(0, 1, 13))) for column in numbers.T[:100]]
        self.edges = [edge if len(edge) > 2 else None for edge in edges]

    def pieces(self, numbers):
        blocks = [np.clip((numbers[:, [place]] - edge[:-1]) / np.diff(edge), 0, 1) - 0.5
                  for place, edge in enumerate(self.edges) if edge is not None]
        return np.hstack(blocks) if blocks else np.empty((len(numbers), 0))
