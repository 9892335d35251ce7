# The search: configurations run fold by fold on two workers until the time is up; their out-of-fold guesses are kept.
WORKERS = 2
ALWAYS = 3                  # the first configurations are finished even when the time is short
MOST_KEPT = 14              # configurations whose fitted folds stay on disk


def fit_fold(folder, config, repeat, number, shape, seed, patience_s):
    """Fit a configuration without one fold. -> ({strength: guesses for that fold}, loss curves or None, seconds)"""
    started = time.time()
    warnings.filterwarnings("ignore")
    values, goal, folds, forward = (np.load(f"{folder}/{name}.npy", mmap_mode="r")
                                    for name in ("values", "goal", "folds", "forward"))
    fold = np.array(folds[repeat])
    inside, outside = fold == number, fold < number if forward else fold != number
    member = Member(config, *shape, seed)
    member.fit(values[outside], np.array(goal[outside]), (values[inside], np.array(goal[inside])), patience_s)
    guesses = member.staged(values[inside])
    if not all(np.isfinite(guess).all() for guess in guesses.values()):
        raise ValueError("its guesses are not finite")
    curves = member.model.curves if config["family"] == "xgboost" and number == 0 and repeat == 0 else None
    if config["family"] in ("extra_trees", "random_forest"):
        # Each fold gives its share of the trees: together they make one forest.
        trees = member.model.estimators_
        member.model.estimators_ = trees[:math.ceil(len(trees) / (fold.max() + 1))]
    Path(f"{folder}/{config['name']}.{repeat}.{number}.pkl").write_bytes(cloudpickle.dumps(member))
    return guesses, curves, time.time() - started


class Search:
    """Runs configurations and holds what came of them: `finished` by name, `guesses` by name, `failed` with reasons."""

    def __init__(self, problem, metric, shape, folder, folds, goal, end, seed):
        self.problem, self.metric, self.shape, self.folder, self.seed = problem, metric, shape, folder, seed
        self.fold, self.goal, self.end, self.classes = folds[0], goal, end, shape[2]
        self.folds, self.started = int(folds[0].max()) + 1, time.time()
        self.scored = self.fold >= 0
        self.truth = goal[self.scored]
        self.loss = blend_loss(metric, problem)
        self.finished, self.guesses, self.failed, self.parts = {}, {}, {}, {}
        self.discarded = set()
        self.patience_s = max(2.0, 0.5 * (end - time.time()))
        self.after_each = lambda: None
        self.after_fold = lambda name, losses: None

    def run(self, executor, configurations, more):
        """Feed the workers from `configurations`, then from `more()` until it gives None or the time is up.

        Both give (configuration, repeat).
        """
        waiting, queue, pending = list(configurations), [], {}
        hard_end = self.end + max(30.0, 2 * (self.end - self.started))
        while True:
            while len(pending) <= WORKERS:
                if not queue:
                    enough = len(self.finished) >= ALWAYS
                    following = waiting.pop(0) if waiting and (time.time() < self.end or not enough) else \
                        more() if not waiting and time.time() < self.end else None
                    if following is None:
                        break
                    queue = [(*following, number) for number in range(self.folds)]
                config, repeat, number = queue.pop(0)
                if config["name"] in self.failed:
                    continue
                task = (fit_fold, self.folder, config, repeat, number, self.shape,
                        self.seed + 1000 * repeat + number, self.patience_s)
                try:
                    future = executor.submit(*task)
                except BrokenExecutor:      # a worker was ended from outside, for its memory most likely
                    executor = start_workers(WORKERS)
                    future = executor.submit(*task)
                pending[future] = (config, repeat, number)
            if not pending:
                return
            late = self.end if len(self.finished) >= ALWAYS else hard_end
            done, _ = wait(pending, timeout=max(0.0, late + 0.3 - time.time()), return_when=FIRST_COMPLETED)
            if not done:
                print("Time is up; stopped while fitting "
                      + ", ".join(sorted({config["name"] for config, *_ in pending.values()})) + ".")
                return
            for future in done:
                self.take(future, *pending.pop(future))

    def take(self, future, config, repeat, number):
        name = config["name"]
        if name in self.failed:
            return
        if future.exception() is not None:
            self.failed[name] = f"{type(future.exception()).__name__}: {future.exception()}"[:200]
            print(f"  {name}: left out ({self.failed[name]})")
            return
        guesses, curves, seconds = future.result()
        parts = self.parts.setdefault((name, repeat), {})
        parts[number] = (guesses, seconds)
        remaining = self.folds - len(parts)
        if repeat:
            if not remaining:
                self.add_repeat(name, repeat, self.parts.pop((name, repeat)))
            return
        self.show(config, number, guesses, curves)
        if not remaining:
            self.finish(config, self.parts.pop((name, repeat)))
            self.after_each()
        elif len(self.finished) >= ALWAYS and time.time() + remaining * seconds / WORKERS > self.end + 0.5:
            self.failed[name] = f"{seconds:.1f} s a fold was too long for the time left"

    def show(self, config, number, guesses, curves):
        """The fold's score on the dashboard, and the losses of its first booster."""
        inside = self.fold == number
        truth, calibration = self.goal[inside], {}
        if config["family"] == "svm" and self.classes:      # scores: good enough for a chart without calibration
            some = next(iter(guesses.values())).shape[1]
            calibration = {"coef": np.eye(some).tolist(), "intercept": [0.0] * some}
        best = min((calibrate(guess, calibration) for guess in guesses.values()),
                   key=lambda guess: self.loss(truth, guess))
        self.after_fold(config["name"], self.loss(truth, best))
        log(step=number, metrics={f"cv_{self.metric}": measure(self.metric, truth, best, self.problem)},
            run=config["name"])
        if curves and not config["name"].startswith("tuned"):
            for step in range(0, len(curves[0]), max(1, len(curves[0]) // 100)):
                log(step=step, metrics={"train_loss": float(curves[0][step]), "val_loss": float(curves[1][step])},
                    run=config["name"])

    def joined(self, fold, parts, strength):
        """The guesses of a repeat's folds side by side; a fold that ended sooner gives its last."""
        guess = np.zeros((len(self.goal), *next(iter(parts[0][0].values())).shape[1:]))
        for number, (guesses, _) in parts.items():
            reached = [key for key in guesses if key <= strength] or [min(guesses)]
            guess[fold == number] = guesses[max(reached)]
        return guess[self.scored]

    def finish(self, config, parts):
        """All folds of a configuration are in: choose its strength by all of them together, calibrate and score it."""
        name, family = config["name"], config["family"]
        strengths = sorted({key for guesses, _ in parts.values() for key in guesses})
        if family in BOOSTERS:          # past where half of the folds stopped, fewer and fewer would speak
            most = np.median([max(guesses) for guesses, _ in parts.values()])
            strengths = [rounds for rounds in strengths if rounds <= most]
        candidates = {key: self.joined(self.fold, parts, key) for key in strengths}
        strength = strengths[0] if len(strengths) == 1 else \
            min(strengths, key=lambda key: self.loss(self.truth, candidates[key]))
        calibration = learn_calibration(self.truth, candidates[strength], family, self.classes,
                                        blend_loss("log_loss", self.problem))
        guess = calibrate(candidates[strength], calibration)
        by_fold = [measure(self.metric, self.truth[inside], guess[inside], self.problem)
                   for inside in (self.fold[self.scored] == number for number in parts)]
        chosen = {**config["params"], **({STRENGTH[family]: strength} if family in STRENGTH else {})}
        self.guesses[name] = guess.astype(np.float32)
        self.finished[name] = {
            "config": {**config, "params": chosen}, "calibration": calibration, "repeats": 1,
            "score": measure(self.metric, self.truth, guess, self.problem), "score_sd": float(np.nanstd(by_fold)),
            "loss": self.loss(self.truth, guess), "seconds_per_fold": sum(s for _, s in parts.values()) / self.folds}
        entry = self.finished[name]
        print(f"  {name:<24} {self.metric} {entry['score']:.4f} ± {entry['score_sd']:.4f}   "
              f"{entry['seconds_per_fold']:.2f} s a fold", flush=True)
        best = min(as_loss(self.metric, entry["score"]) for entry in self.finished.values())
        log(step=len(self.finished), metrics={"best_single": abs(best)}, run="search")
        self.discard()

    def add_repeat(self, name, repeat, parts):
        """The same configuration on other folds: the mean of the guesses is steadier."""
        entry = self.finished[name]
        fold = np.load(f"{self.folder}/folds.npy", mmap_mode="r")[repeat]
        guess = calibrate(self.joined(fold, parts, self.key(name)), entry["calibration"])
        entry["repeats"] += 1
        self.guesses[name] += ((guess - self.guesses[name]) / entry["repeats"]).astype(np.float32)
        entry["loss"] = self.loss(self.truth, self.guesses[name])

    def key(self, name):
        config = self.finished[name]["config"]
        return config["params"][STRENGTH[config["family"]]] if config["family"] in STRENGTH else 0

    def discard(self):
        """Fitted folds of configurations that will hardly be chosen leave the disk."""
        ranked = sorted(self.finished, key=lambda name: self.finished[name]["loss"])
        for name in ranked[MOST_KEPT:]:
            self.discarded.add(name)
            for path in Path(self.folder).glob(f"{name}.*.pkl"):
                path.unlink()

    def fitted(self, name):
        """The models of a finished configuration's folds, each at the strength that was chosen."""
        paths = sorted(Path(self.folder).glob(f"{name}.0.*.pkl"))
        members = [cloudpickle.loads(path.read_bytes()) for path in paths]
        for member in members:
            member.keep(self.key(name))
        return members
