"""Saves a model that attacks the referee: once when it is loaded, and again when it is asked to predict."""

import pickle
import sys

import attack
import cloudpickle
from attack import refused, report

cloudpickle.register_pickle_by_value(attack)


class Hostile:
    def __setstate__(self, state):
        self.search("a pickle that runs code when it is loaded")

    def __getstate__(self):
        return {"anything": 1}

    def predict(self, features):
        self.search("a model whose predict looks for the labels")
        report("labels among the features", "label" not in features.columns, "features only", features.columns)
        return [0] * len(features)

    def search(self, tried):
        import os
        import sys

        out = os.open("/referee/out/findings.jsonl", os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o644)
        os.dup2(out, 1)
        found = []
        for root in ("/referee", "/data", "/tmp", "/dev/shm", "/opt", "/home", "/root", "/var", "/mnt", "/srv"):
            for folder, _, files in os.walk(root):
                found += [f"{folder}/{name}" for name in files if name.endswith((".parquet", ".csv", ".pkl", ".db"))]
        expected = {"/referee/in/model.pkl", "/referee/in/features.parquet"}
        report(tried, set(found) == expected, "a sandbox of its own that holds features only", found)
        names = set()
        frame = sys._getframe()
        while frame is not None:
            names |= set(frame.f_locals) | set(frame.f_globals)
            frame = frame.f_back
        suspects = sorted(names & {"y", "labels", "label", "target", "y_true", "truth", "expected_values"})
        report(f"{tried}: up the stack", not suspects, "the host computes the metrics", suspects)
        refused(f"{tried}: overwriting its input", "read-only mounts",
                lambda: open("/referee/in/features.parquet", "ab"))
        refused(f"{tried}: the network", "network namespace",
                lambda: __import__("socket").create_connection(("1.1.1.1", 443), timeout=2))


with open(sys.argv[1], "wb") as file:
    cloudpickle.dump(Hostile(), file, protocol=pickle.HIGHEST_PROTOCOL)
