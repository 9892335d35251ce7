# Which column is to be predicted, and what kind of problem that makes.
TARGET_NAMES = {3: "target label y outcome response dependent groundtruth ground_truth", 2: (
    "class churn churned survived survival default defaulted fraud isfraud is_fraud diagnosis price saleprice"
    " sale_price medv medhousevalue medhouseval median_house_value quality species result status_target"
    " attrition exited converted purchased subscribed approved loan_status income charges disease cancer malignant"
    " rating rings mpg count cnt demand is_canceled canceled cancelled satisfaction grade score revenue sales salary"),
    1: "type category status value amount"}
POSITIVE_WORDS = {"yes", "true", "1", "y", "t", "positive", "pos", "churned", "fraud", "default", "bad", "malignant",
                  "sick", "disease", "success", "survived", "approved", "spam", "anomaly", "failure", "fail"}
NEVER = {"id", "constant", "all_missing", "text", "datetime"}


def infer_target(columns, rows):
    """(name, reason, runner-up) of the likeliest target among the inspected columns; the name is None without one."""
    names = list(columns)
    points = {}
    for place, name in enumerate(names):
        about = columns[name]
        if about["role"] in NEVER or about["role"] == "high_cardinality" and about["levels"] > 50:
            continue
        word = re.sub(r"[\s.-]+", "_", str(name).lower())
        score, why = 0.0, []
        for strength, listed in TARGET_NAMES.items():
            if word in listed.split() or strength == 3 and any(word.endswith("_" + part) for part in listed.split()):
                score, why = score + 2 * strength, why + ["its name"]
                break
        if place == len(names) - 1:
            score, why = score + 3, why + ["its place as the last column"]
        elif place == 0 and (why or about["levels"] <= 20):
            score, why = score + 2, why + ["its place as the first column"]
        if about["role"] in ("boolean", "categorical") and about["levels"] <= 20:
            score, why = score + 1, why + [f"its {about['levels']} levels"]
        points[name] = (score - 4 * about["missing"] / rows, why)
    ranked = sorted(points, key=lambda name: -points[name][0])
    if not ranked:
        return None, "no column can be a target: all are identifiers, constants, dates or free text", None
    why = points[ranked[0]][1] or ["nothing better being there"]
    reason = f"chosen by {', '.join(why[:-1]) + ' and ' + why[-1] if len(why) > 1 else why[0]}"
    return ranked[0], reason, ranked[1] if len(ranked) > 1 else None


def infer_problem(series):
    """(problem type, reason) for the target's known values."""
    known = as_text(series).dropna()
    levels = known.nunique()
    numbers = as_numbers(series).dropna()
    numeric = len(numbers) >= 0.95 * len(known)
    if levels == 2:
        return "binary", "the target has two values"
    if not numeric:
        return "multiclass", f"the target has {levels} text levels"
    if (numbers != np.floor(numbers)).any():
        return "regression", "the target holds fractional numbers"
    codes = numbers.min() in (0, 1) and np.ptp(numbers) == levels - 1
    even = known.value_counts().min() * levels * 5 > len(known)
    if levels <= 10 and len(known) >= 5 * levels or levels <= 20 and codes and even:
        return "multiclass", f"the target holds {levels} whole-number codes"
    return "regression", f"the target holds {levels:,} different whole numbers"


def clean_target(series, problem_type):
    """The target as models are to see it: numbers for regression, raw labels in one plain dtype for classes."""
    if problem_type == "regression":
        return as_numbers(series)
    text = as_text(series)
    if pd.api.types.is_bool_dtype(series):
        return series
    if pd.api.types.is_numeric_dtype(series):
        numbers = series.astype(float)
        known = numbers.dropna()
        return numbers.astype("Int64") if (known == np.floor(known)).all() else numbers
    if set(text.dropna()) <= {"True", "False"}:
        return text.map({"True": True, "False": False})
    return series.where(text.notna(), None)


def positive_of(labels, chosen=None):
    """The text of the positive class of a binary target: chosen, by its word, else the rarer one."""
    counts = labels.value_counts()
    texts = [str(level) for level in counts.index]
    if chosen is not None and str(chosen) in texts:
        return str(chosen)
    for text in texts:
        if text.lower() in POSITIVE_WORDS:
            return text
    return texts[-1]
