"""Libraries that start processes and threads of their own, inside a step."""

from __future__ import annotations

import pytest

SPAWN = """
import multiprocessing, os

def square(x):
    return x * x

if __name__ == "__main__":
    context = multiprocessing.get_context("spawn")
    with context.Pool(2) as pool:
        print(pool.map(square, range(5)))
"""

LOKY = """
from joblib import Parallel, delayed

def square(x):
    return x * x

if __name__ == "__main__":
    print(Parallel(n_jobs=2, backend="loky")(delayed(square)(i) for i in range(5)))
"""

FORK_POOL = """
import concurrent.futures, multiprocessing
from trainable import log

def work(x):
    log(x, {"square": float(x * x)})
    return x * x

with concurrent.futures.ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("fork")) as pool:
    print(list(pool.map(work, range(5))))
"""

SPAWN_LOGS = """
import multiprocessing
from trainable import log

def work(x):
    log(x, {"square": float(x * x)})

if __name__ == "__main__":
    worker = multiprocessing.get_context("spawn").Process(target=work, args=(3,))
    worker.start()
    worker.join()
    print("code", worker.exitcode)
"""


PRELOAD = "joblib,multiprocessing,concurrent.futures.process"


@pytest.mark.parametrize("preload, source", [
    ("", SPAWN), (PRELOAD, SPAWN), (PRELOAD, LOKY), ("", FORK_POOL), (PRELOAD, FORK_POOL),
], ids=["spawn", "spawn preloaded", "loky preloaded", "fork", "fork preloaded"])
def test_worker_processes_work_inside_a_step(start_runner, preload, source):
    result = start_runner(preload=preload).run(source)
    assert result.stdout == "[0, 1, 4, 9, 16]\n", result.stderr
    assert result.exited["code"] == 0


def test_records_of_forked_workers_reach_the_channel(runner):
    records = runner.run(FORK_POOL).records
    assert sorted(record["step"] for record in records) == [0, 1, 2, 3, 4]


def test_a_spawned_worker_without_the_channel_prints_its_records(runner):
    result = runner.run(SPAWN_LOGS)
    assert result.stdout.splitlines() == ['{"step":3,"metrics":{"square":9.0}}', "code 0"], result.stderr


def test_a_worker_left_running_is_ended_with_the_script(runner):
    result = runner.run("""
import multiprocessing, time
multiprocessing.get_context("fork").Process(target=time.sleep, args=(600,), daemon=True).start()
""")
    assert result.exited["code"] == 0 and result.event("closed")


def test_models_train_in_every_step(start_runner):
    runner = start_runner(preload="sklearn.ensemble,matplotlib.pyplot,xgboost")
    source = """
import numpy as np
from sklearn.ensemble import HistGradientBoostingRegressor
import matplotlib.pyplot as plt
import xgboost
x = np.arange(600.0).reshape(-1, 3); y = x.sum(1)
print(HistGradientBoostingRegressor(max_iter=5).fit(x, y).predict(x).shape)
print(xgboost.XGBRegressor(n_estimators=5, n_jobs=2).fit(x, y).predict(x).shape)
plt.plot(y); plt.savefig("figure.png"); print(plt.get_backend().lower())
"""
    for _ in range(2):
        result = runner.run(source)
        assert result.stdout.splitlines() == ["(200,)", "(200,)", "agg"], result.stderr


def test_threads_per_library_follow_the_steps_environment(runner):
    source = "import os; print(os.environ['OMP_NUM_THREADS'])"
    assert runner.run(source, env={"OMP_NUM_THREADS": "1"}).stdout == "1\n"
