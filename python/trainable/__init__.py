"""The SDK that step scripts import.

    from trainable import configure_dashboard, log, save

    configure_dashboard([{"title": "Loss", "metrics": ["train_loss", "val_loss"], "type": "line"}])
    for epoch in range(10):
        log(step=epoch, metrics={"train_loss": 0.5, "val_loss": 0.6}, run="xgboost")
    log_confusion("Validation", truth, predicted)
    log_curve("ROC", false_positive_rate, true_positive_rate, run="xgboost")
    log_table("Worst predictions", frame.head(20))
    log_image("Residuals", figure)
    save(model, "models/model.pkl")

Inside a sandbox records go to the host over a channel of their own; anywhere else they are printed, so that a script
behaves the same wherever it runs.
"""

from trainable._charts import configure_dashboard
from trainable._labels import labels
from trainable._metrics import log
from trainable._objects import load, save
from trainable._rich import log_confusion, log_curve, log_image, log_table

__all__ = [
    "configure_dashboard",
    "labels",
    "load",
    "log",
    "log_confusion",
    "log_curve",
    "log_image",
    "log_table",
    "save",
]
__version__ = "1.0.0"
