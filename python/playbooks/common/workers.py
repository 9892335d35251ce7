class InProcess:
    """The executor's interface without processes: the safe path, and what is left when workers cannot start."""

    def submit(self, function, *arguments):
        future = Future()
        try:
            future.set_result(function(*arguments))
        except Exception as error:
            future.set_exception(error)
        return future

    def shutdown(self, **_):
        pass


def start_workers(count=2, safe=False):
    """Processes of one thread each, started afresh: forking after a model was trained can hang, and so can threads."""
    if safe:
        return InProcess()
    from joblib.externals.loky import get_reusable_executor
    one_thread = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL")}
    return get_reusable_executor(max_workers=count, env=one_thread, timeout=60)


def stop_workers(executor):
    executor.shutdown(**({} if isinstance(executor, InProcess) else {"wait": False, "kill_workers": True}))
