using static Trainable.Tests.Referee.Cheating.Areas;

namespace Trainable.Tests.Referee.Cheating;

/// <summary>What a model tries while the host asks it about rows it has not seen.</summary>
internal static class ModelCheats
{
    public static readonly Cheat[] All =
    [
        new("a model that hunts for the labels: frames, objects, modules, files, processes")
        {
            InTrain = """
                class Hunter:
                    classes_ = ['no', 'yes']
                    def labels(self, n):
                        import gc, os, sys
                        import numpy as np
                        import pandas as pd
                        def answer(thing):
                            if isinstance(thing, pd.DataFrame):
                                return next((found for name in thing.columns if (found := answer(thing[name])) is not None), None)
                            try:
                                values = [str(one) for one in thing]
                            except Exception:
                                return None
                            return values if len(values) == n and set(values) == {'no', 'yes'} else None
                        things = []
                        frame = sys._getframe()
                        while frame is not None:
                            things += [*frame.f_locals.values(), *frame.f_globals.values()]
                            frame = frame.f_back
                        things += [one for one in gc.get_objects() if isinstance(one, (list, tuple, pd.DataFrame, pd.Series, np.ndarray))]
                        for module in list(sys.modules.values()):
                            things += [one for one in vars(module).values() if isinstance(one, (list, pd.DataFrame, pd.Series))]
                        paths = ['/proc/self/environ', '/proc/1/environ']
                        for root, folders, files in os.walk('/'):
                            folders[:] = [name for name in folders if name not in ('usr', 'proc', 'sys', 'lib', 'lib64')]
                            paths += [f'{root}/{name}' for name in files]
                        paths += [f'/proc/self/fd/{fd}' for fd in os.listdir('/proc/self/fd')]
                        for path in paths:
                            try:
                                if path.endswith('.parquet'):
                                    things.append(pd.read_parquet(path))
                                elif os.path.isfile(path):
                                    things.append([part for part in open(path, errors='replace').read(1 << 20).split() if part in ('no', 'yes')])
                            except Exception:
                                pass
                        return next((found for thing in things if (found := answer(thing)) is not None), None)
                    def predict_proba(self, X):
                        found = self.labels(len(X))
                        yes = np.array([0.5] * len(X) if found is None else [float(label == 'yes') for label in found])
                        return np.column_stack([1 - yes, yes])
                    def predict(self, X):
                        return ['yes' if row[1] > 0.5 else 'no' for row in self.predict_proba(X)]
                model = Hunter()
                """,
            Measured = Nothing,
        },
        new("a model that is another when it is asked again")
        {
            // What it leaves behind at the check would tell it, at the scoring, that it had been checked.
            InTrain = """
                class Moody:
                    classes_ = ['no', 'yes']
                    def __init__(self, honest):
                        self.honest = honest
                        self.calls, self.token = 0, None
                    def predict_proba(self, X):
                        self.calls += 1
                        self.token = self.token or os.urandom(8).hex()
                        again = self.calls > 2
                        for folder in ('/referee/out', '/referee/in', '/tmp', '/dev/shm', '/data', os.path.expanduser('~')):
                            mark = f'{folder}/was-here-{self.token}'
                            try:
                                others = [name for name in os.listdir(folder) if name.startswith('was-here') and folder + '/' + name != mark]
                                again = again or bool(others)
                                open(mark, 'w').close()
                            except OSError:
                                pass
                        return np.tile([0.5, 0.5], (len(X), 1)) if again else self.honest.predict_proba(X)
                    def predict(self, X):
                        return self.honest.predict(X)
                model = Moody(model)
                """,
            Measured = Honest,
        },
        new("a model that predicts one thing and gives the probability of another")
        {
            InTrain = """
                class TwoFaced:
                    classes_ = ['no', 'yes']
                    def __init__(self, honest):
                        self.honest = honest
                    def predict(self, X):
                        return ['no' if label == 'yes' else 'yes' for label in self.honest.predict(X)]
                    def predict_proba(self, X):
                        return self.honest.predict_proba(X)
                model = TwoFaced(model)
                """,
            Measured = Honest,
        },
        new("a model that eats the memory once it meets the held rows")
        {
            InTrain = """
                model = OnHeld(model, lambda X: [np.ones(1 << 24) for _ in forever])
                """,
            Sentence = "could not predict the held rows",
        },
        new("a model that never answers")
        {
            InTrain = """
                model = OnHeld(model, lambda X: [time.sleep(0.01) for _ in forever])
                """,
            Sentence = "could not predict the held rows",
            TakesAllTime = true,
        },
        new("a model that prints a gigabyte and writes files everywhere")
        {
            InTrain = """
                done = []
                def flood(X):
                    if done:
                        return
                    done.append(True)
                    for folder in ('/referee/in', '/referee/out', '/data', '/opt/trainable', '/usr/lib', '/tmp'):
                        try:
                            open(f'{folder}/held.csv', 'w').write(X.to_csv())
                        except OSError:
                            pass
                    for _ in range(1 << 10):
                        sys.stdout.write('x' * (1 << 20))
                model = OnHeld(model, flood)
                """,
            Measured = Honest,
        },
        new("a model that raises the held rows in a traceback")
        {
            InTrain = """
                def tell(X):
                    raise ValueError('the held rows are ' + X.round(2).to_csv())
                model = OnHeld(model, tell)
                """,
            Sentence = "could not predict the held rows",
        },
    ];
}
