def finish(facts):
    """Print the facts line that ends every step: valid JSON without NaN, at most 4 KB."""
    def plain(value):
        if isinstance(value, dict):
            return {str(key): plain(item) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [plain(item) for item in value]
        if hasattr(value, "item"):
            value = value.item()
        if isinstance(value, float):
            return float(f"{value:.5g}") if math.isfinite(value) else None
        if isinstance(value, str):
            return value[:300]
        return value

    facts = {key: plain(value) for key, value in facts.items()}
    facts = {key: value for key, value in facts.items() if value is not None}
    while len(json.dumps(facts, ensure_ascii=False).encode()) > 4000:
        facts.pop(max(facts, key=lambda key: len(json.dumps(facts[key], ensure_ascii=False))))
    print("facts: " + json.dumps(facts, ensure_ascii=False), flush=True)


def count(number, one, many=None):
    """'1 row' or '1,234 rows', for a sentence."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def stop(sentence):
    """End the step with a sentence that says what to change."""
    print("Stopped: " + sentence, flush=True)
    sys.exit(1)


def write_json(path, value):
    """Write JSON that any reader accepts: numpy values become plain ones, NaN and infinities null."""
    def plain(item):
        if isinstance(item, dict):
            return {str(key): plain(inner) for key, inner in item.items()}
        if isinstance(item, (list, tuple)):
            return [plain(inner) for inner in item]
        if hasattr(item, "item"):
            item = item.item()
        return None if isinstance(item, float) and not math.isfinite(item) else item

    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(json.dumps(plain(value), ensure_ascii=False, indent=1), encoding="utf-8")


def read_json(path):
    """The JSON file at path, or an empty dict where an earlier step left none."""
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
