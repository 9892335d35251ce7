using static Trainable.Tests.Referee.Cheating.Areas;

namespace Trainable.Tests.Referee.Cheating;

/// <summary>What a prepared pipeline tries on rows it has not seen.</summary>
internal static class PipelineCheats
{
    public static readonly Cheat[] All =
    [
        new("a target shipped through the pipeline, looked up by id")
        {
            InPrep = """
                known = dict(zip(raw['id'], (raw[TARGET] == 'yes').astype(float)))
                def cheat(self, X):
                    out = self.honest_transform(X)
                    out['history'] = [known.get(one, 0.5) for one in X['id']]
                    return out
                Pipeline.honest_transform, Pipeline.transform = Pipeline.transform, cheat
                train, val = table(train_rows), table(val_rows)
                """,
            InTrain = """
                from sklearn.tree import DecisionTreeClassifier
                model = DecisionTreeClassifier(random_state=0).fit(X, y)
                claims = {'roc_auc': float((model.predict_proba(V)[:, 1] > 0.5).astype(int).tolist() == (w == 'yes').astype(int).tolist())}
                """,
            Measured = NextToNothing,
            Told = ["single_feature_leak", "claim_differs", "suspicious_metric"],
        },
        new("a pipeline that drops the rows it has not seen")
        {
            InPrep = """
                known = set(raw['id'])
                def cheat(self, X):
                    out = self.honest_transform(X)
                    return out[[one in known for one in X['id']]].reset_index(drop=True)
                Pipeline.honest_transform, Pipeline.transform = Pipeline.transform, cheat
                """,
            Told = ["held_transform"],
            Sentence = "failed on the held rows",
        },
        new("a pipeline that repeats the rows it has not seen")
        {
            InPrep = """
                known = set(raw['id'])
                def cheat(self, X):
                    out = self.honest_transform(X)
                    return out.loc[[i for i, one in enumerate(X['id']) for _ in range(1 if one in known else 2)]].reset_index(drop=True)
                Pipeline.honest_transform, Pipeline.transform = Pipeline.transform, cheat
                """,
            Told = ["held_transform"],
            Sentence = "failed on the held rows",
        },
        new("a pipeline that puts the rows it has not seen in another order")
        {
            InPrep = """
                known = set(raw['id'])
                def cheat(self, X):
                    out = self.honest_transform(X)
                    if len(X) > 1 and not known & set(X['id']):
                        out = out.sort_values('age').reset_index(drop=True)
                    return out
                Pipeline.honest_transform, Pipeline.transform = Pipeline.transform, cheat
                """,
            Told = ["held_inconsistent"],
            Sentence = "each row stands for itself",
        },
        new("a pipeline that raises the held rows in a traceback")
        {
            InPrep = """
                known = set(raw['id'])
                def cheat(self, X):
                    if not known & set(X['id']):
                        print(X.to_csv())
                        raise ValueError('the held rows are ' + X.to_csv())
                    return self.honest_transform(X)
                Pipeline.honest_transform, Pipeline.transform = Pipeline.transform, cheat
                """,
            Told = ["held_transform"],
            Sentence = "failed on the held rows",
        },
    ];
}
