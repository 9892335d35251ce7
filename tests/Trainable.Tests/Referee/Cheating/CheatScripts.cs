using Trainable.Contracts;

namespace Trainable.Tests.Referee.Cheating;

/// <summary>The scripts that a cheat is put into.</summary>
internal static class CheatScripts
{
    /// <summary>Prep as an honest agent writes it; a cheat takes the place of <c>#CHEAT</c>.</summary>
    public const string Prep = """
        # Prepare
        import glob, json, os
        import pandas as pd
        from sklearn.model_selection import train_test_split
        from trainable import save
        raw = pd.read_csv(glob.glob('/data/datasets/*/*.csv')[0])
        TARGET = 'bought'
        class Pipeline:
            def fit(self, X):
                self.income = float(X['income'].median())
                self.cities = sorted(X['city'].dropna().unique())
                return self
            def transform(self, X):
                out = pd.DataFrame({'age': X['age'].astype(float), 'income': X['income'].fillna(self.income).astype(float)})
                for city in self.cities:
                    out['city_' + city] = (X['city'] == city).astype(float)
                return out.reset_index(drop=True)
        train_rows, val_rows = train_test_split(raw, test_size=0.18, random_state=42, stratify=raw[TARGET])
        pipeline = Pipeline().fit(train_rows)
        def table(rows):
            out = pipeline.transform(rows.drop(columns=TARGET))
            out[TARGET] = rows[TARGET].to_numpy()
            return out
        train, val = table(train_rows), table(val_rows)
        #CHEAT
        os.makedirs('data', exist_ok=True)
        train.to_parquet('data/train.parquet', index=False)
        val.to_parquet('data/val.parquet', index=False)
        save(pipeline, 'data/prep_pipeline.pkl')
        json.dump({'target_column': TARGET, 'problem_type': 'binary'}, open('data/metadata.json', 'w'))
        open('report.md', 'w').write('# Prep')
        """;

    /// <summary>Train likewise. <c>OnHeld</c> is honest on train's and val's rows and does something else on any others.</summary>
    public const string Train = """
        # Train
        import glob, itertools, json, os, sys, time
        import numpy as np
        import pandas as pd
        from sklearn.linear_model import LogisticRegression
        from sklearn.metrics import roc_auc_score
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler
        from trainable import save
        train = pd.read_parquet('../prep/data/train.parquet')
        val = pd.read_parquet('../prep/data/val.parquet')
        (X, y), (V, w) = [(part.drop(columns='bought'), part['bought']) for part in (train, val)]
        model = make_pipeline(StandardScaler(), LogisticRegression()).fit(X, y)
        claims = {'roc_auc': float(roc_auc_score(w == 'yes', model.predict_proba(V)[:, 1]))}
        forever = itertools.count()
        class OnHeld:
            classes_ = ['no', 'yes']
            def __init__(self, honest, otherwise):
                self.honest, self.otherwise = honest, otherwise
                self.known = {tuple(row) for row in pd.concat([X, V]).to_numpy()}
            def predict(self, X):
                if not self.known & {tuple(row) for row in X.to_numpy()}:
                    self.otherwise(X)
                return self.honest.predict(X)
            def predict_proba(self, X):
                return self.honest.predict_proba(X)
        #CHEAT
        os.makedirs('models', exist_ok=True)
        os.makedirs('data', exist_ok=True)
        save(model, 'models/model.pkl')
        json.dump({'val_metrics': claims}, open('data/metadata.json', 'w'))
        open('report.md', 'w').write('# Train')
        #AFTER
        """;

    /// <summary>The options under which all are tried.</summary>
    public static readonly ExperimentOptions Options = new() { Target = "bought" };
}
