using static Trainable.Tests.Referee.Cheating.Areas;

namespace Trainable.Tests.Referee.Cheating;

/// <summary>What a model tries against the program that asks it, whose answer the host reads.</summary>
internal static class HarnessCheats
{
    public static readonly Cheat[] All =
    [
        new("a model that writes the held rows into the harness's answer")
        {
            InTrain = """
                def tell(X):
                    from pathlib import Path
                    found = [{'code': 'row_count', 'message': 'the held rows are ' + X.round(2).to_csv()}, {'code': X.round(2).to_csv(), 'message': ''}]
                    answer = json.dumps({'rows': len(X), 'classes': ['no', 'yes'], 'has_proba': True, 'problems': found})
                    write = Path.write_text
                    Path.write_text = lambda path, text, **k: write(path, answer, **k)
                model = OnHeld(model, tell)
                """,
            Sentence = "there is not one prediction for each row",
        },
        new("a model that answers the harness with things of the wrong kind")
        {
            InTrain = """
                def tell(X):
                    from pathlib import Path
                    answer = json.dumps({'error': 5, 'problems': [7], 'chosen': ['a'], 'columns': [[]], 'all_columns': 'b', 'classes': {}})
                    write = Path.write_text
                    Path.write_text = lambda path, text, **k: write(path, answer, **k)
                model = OnHeld(model, tell)
                """,
            Sentence = "could not predict the held rows",
        },
        new("a model that puts other things in the place of its probabilities")
        {
            InTrain = """
                def tell(X):
                    n = len(X)
                    other = pd.DataFrame({'prediction': ['no'] * n, 'p0': ['a'] * n, 'p1': [str(one) for one in X.round(2).to_numpy()]})
                    write = pd.DataFrame.to_parquet
                    pd.DataFrame.to_parquet = lambda table, *a, **k: write(other, *a, **k)
                model = OnHeld(model, tell)
                """,
            Sentence = "cannot be read",
        },
        new("a model that patches numpy, pandas, scikit-learn, json and the harness")
        {
            InTrain = """
                class Patcher:
                    classes_ = ['no', 'yes']
                    def predict(self, X):
                        import json, sys
                        import numpy
                        import pandas
                        import sklearn.metrics
                        sklearn.metrics.roc_auc_score = lambda *a, **k: 1.0
                        numpy.mean = lambda *a, **k: 1.0
                        pandas.DataFrame.equals = lambda *a, **k: True
                        for name in [name for name in sys.modules if name.startswith('referee')]:
                            for part in ('consistency_problems', 'label_column_problems'):
                                setattr(sys.modules[name], part, lambda *a, **k: [])
                        dumps = json.dumps
                        json.dumps = lambda thing, **k: dumps({**thing, 'score': 1.0, 'roc_auc': 1.0, 'metrics': {'roc_auc': 1.0}}, **k)
                        return ['no'] * len(X)
                    def predict_proba(self, X):
                        return np.tile([0.6, 0.4], (len(X), 1))
                model = Patcher()
                """,
            Measured = Nothing,
        },
        new("a pickle that runs when it is loaded and writes the harness's answer itself")
        {
            InTrain = """
                class Forged:
                    def __reduce__(self):
                        return (exec, ('''
                import json, os
                import pandas as pd
                n = len(pd.read_parquet('/referee/in/features.parquet'))
                pd.DataFrame({'prediction': ['yes'] * n, 'p0': [0.0] * n, 'p1': [1.0] * n}).to_parquet('/referee/out/predictions.parquet')
                open('/referee/out/result.json', 'w').write(json.dumps({'rows': n, 'classes': ['no', 'yes'], 'has_proba': True,
                    'problems': [], 'score': 1.0, 'roc_auc': 1.0, 'test_metrics': {'roc_auc': 1.0}}))
                os._exit(0)
                ''',))
                model = Forged()
                """,
            Measured = Nothing,
        },
        new("a pickle that answers for the harness and leaves no predictions")
        {
            InTrain = """
                class Empty:
                    def __reduce__(self):
                        return (exec, ('''
                import json, os
                open('/referee/out/result.json', 'w').write(json.dumps({'rows': 60, 'classes': ['no', 'yes'], 'has_proba': True,
                    'problems': [], 'score': 1.0}))
                os._exit(0)
                ''',))
                model = Empty()
                """,
            Sentence = "could not predict the held rows",
        },
    ];
}
