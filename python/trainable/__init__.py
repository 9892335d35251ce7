"""The SDK that step scripts import.

    from trainable import configure_dashboard, log, save

    configure_dashboard([{"title": "Loss", "metrics": ["train_loss", "val_loss"], "type": "line"}])
    for epoch in range(10):
        log(step=epoch, metrics={"train_loss": 0.5, "val_loss": 0.6}, run="xgboost")
    save(model, "models/model.pkl")

Inside a sandbox records go to the host over a channel of their own; anywhere else they are printed, so that a script
behaves the same wherever it runs.
"""

from trainable._charts import configure_dashboard
from trainable._labels import labels
from trainable._metrics import log
from trainable._objects import load, save

__all__ = ["configure_dashboard", "labels", "load", "log", "save"]
__version__ = "1.0.0"
