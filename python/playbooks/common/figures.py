INK, QUIET, BLUE, ORANGE, LIGHT = "#1f2933", "#7b8794", "#3b6ea5", "#d97b29", "#e4e7eb"
COLOURS = [BLUE, ORANGE, "#5b9279", "#a05195", "#b8a13f", "#6c757d", "#c8553d", "#4a8fb8"]


def start_figure(width=8.0, height=4.5, rows=1, columns=1, **more):
    """A figure in the one quiet style that all reports use."""
    plt.rcParams.update({
        "figure.dpi": 110, "savefig.dpi": 110, "font.size": 9.5, "axes.titlesize": 11, "axes.titleweight": "bold",
        "axes.titlelocation": "left", "axes.spines.top": False, "axes.spines.right": False, "axes.edgecolor": QUIET,
        "axes.labelcolor": INK, "text.color": INK, "xtick.color": INK, "ytick.color": INK, "axes.grid": True,
        "grid.color": LIGHT, "grid.linewidth": 0.8, "axes.axisbelow": True, "legend.frameon": False,
        "text.parse_math": False})
    return plt.subplots(rows, columns, figsize=(width, height), **more)


def save_figure(figure, name):
    """Write figures/<name>.png; returns its relative path."""
    Path("figures").mkdir(exist_ok=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")         # a glyph that the font lacks is shown as a box
        figure.tight_layout()
        figure.savefig(f"figures/{name}.png", facecolor="white")
    plt.close(figure)
    return f"figures/{name}.png"


def short(text, length=28):
    text = re.sub(r"\s+", " ", str(text))
    return text if len(text) <= length else text[:length - 1] + "…"
