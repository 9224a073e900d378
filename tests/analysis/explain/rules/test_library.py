"""Rules about pandas, sparse matrices, estimators: fire, keep silent, refused when inexact."""

import numpy as np
import pandas as pd
import scipy.sparse

from tests.analysis.explain.rules.tables import Fires, Refused, Silent, family_tests

rng = np.random.default_rng(11)
PANDAS = "import pandas as pd\n"
SPARSE = "import scipy.sparse\nfrom scipy.sparse import csr_matrix\n"
A = rng.random((9, 7))


def table() -> pd.DataFrame:
    return pd.DataFrame(
        {"a": rng.random(12), "b": np.arange(12.0), "k": np.arange(12) % 3, "n": np.arange(12)}
    )


def missing() -> pd.DataFrame:
    made = table().astype({"a": float})
    made.loc[::3, "a"] = np.nan
    return made


def dates() -> pd.Series:
    return pd.Series([f"2024-01-{d:02d}" for d in range(1, 13)])


FIRES = [
    Fires(
        "pandas_apply",
        PANDAS
        + "def f(df):\n"
        + "    s = df.apply(lambda r: r['a'] * 2 + r.b if r['b'] > 3 else 0.0, axis=1)\n"
        + "    return s.to_numpy()\n",
        lambda: (table(),),
        "r['a'].to_numpy() * 2 + r['b'].to_numpy()",
    ),
    Fires(
        "series_combined",
        "import pandas as pd\n\n"
        "def f(df):\n"
        "    return df['a'].combine(df['b'], lambda x, y: x - y if x > y else 0.0)\n",
        lambda: (pd.DataFrame({"a": np.arange(20.0), "b": np.arange(20.0)[::-1]}),),
        "(df['a'].to_numpy(), df['b'].to_numpy())",
    ),
    Fires(
        "groupby_apply",
        "import pandas as pd\n\ndef f(df):\n"
        "    return df.groupby('k')['a'].transform(lambda v: np.arange(1, len(v) + 1))\n",
        lambda: (table(),),
        "df.groupby('k').cumcount().rename('a') + 1",
    ),
    Fires(
        "pandas_apply",
        "import pandas as pd\n\ndef f(df, usual):\n    return df.apply(\n"
        "        lambda r: usual[r['k']] if pd.isna(r['a']) else r['a'], axis=1)\n",
        lambda: (missing(), {k: k / 4 for k in range(9)}),
        "pd.Series(r['k'].to_numpy()).map(usual).to_numpy()",
    ),
    Fires(
        "series_apply",
        "import bisect\nEDGES = [1.0, 2.0]\nNAMES = ['low', 'mid', 'high']\n\n"
        "def f(s):\n    return s.apply(lambda v: NAMES[bisect.bisect(EDGES, v)])\n",
        lambda: (pd.Series([0.5, 1.0, 1.5, 2.5, 9.0] * 9, name="v"),),
        "np.asarray(NAMES)[np.searchsorted(EDGES, ",
    ),
    Fires(
        "series_apply",
        PANDAS
        + "def half(v):\n    return v / 2 if v > 3 else v\n\n"
        + "def f(df):\n    return df['b'].apply(half).to_numpy()\n",
        lambda: (table(),),
        "half_of_elements(df['b'].to_numpy())",
    ),
    Fires(
        "iterrows",
        """
        def f(df):
            t = 0.0
            for i, row in df.iterrows():
                t += row['a'] * row.b + i
            return t
        """,
        lambda: (table(),),
        'zip(df.index, df.to_dict("records"))',
    ),
    Fires(
        "itertuples",
        """
        def f(df):
            t = 0.0
            for r in df.itertuples():
                t += r.a * r.b
            return t
        """,
        lambda: (table(),),
        "for r_a, r_b in zip(df['a'].tolist(), df['b'].tolist()):",
    ),
    Fires(
        "groupby_apply",
        "def f(df):\n    return df.groupby('k')['a'].apply(lambda s: s.mean()).to_numpy()\n",
        lambda: (table(),),
        "df.groupby('k')['a'].mean().to_numpy()",
    ),
    Fires(
        "groupby_apply",
        "def f(df):\n    g = df.groupby('k')['a'].transform(lambda s: s - s.mean())\n"
        "    return g.to_numpy()\n",
        lambda: (table(),),
        "df['a'] - df.groupby('k')['a'].transform('mean')",
    ),
    Fires(
        "column_in_loop",
        """
        def f(df):
            t = 0.0
            for i in range(len(df)):
                t += df['a'].iloc[i] * df.loc[i, 'b']
            return t
        """,
        lambda: (table(),),
        "t += df_a[i] * df_b[i]",
    ),
    Fires(
        "concat_in_loop",
        PANDAS
        + """
def f(df):
    out = df.iloc[:1]
    for i in range(3):
        out = pd.concat([out, df.iloc[i:i + 2]], ignore_index=True)
    return out.to_numpy()
""",
        lambda: (table(),),
        "out = pd.concat([out, *out_parts], ignore_index=True)",
    ),
    Fires(
        "dates_one_by_one",
        PANDAS + "def f(s):\n    return s.apply(pd.to_datetime).to_numpy()\n",
        lambda: (dates(),),
        "pd.to_datetime(s).to_numpy()",
    ),
    Fires(
        "sparse_filled",
        SPARSE
        + """
def f(n):
    m = csr_matrix((n, n))
    for i in range(n):
        m[i, n - 1 - i] = i + 1.0
    return m.toarray()
""",
        lambda: (9,),
        "m = scipy.sparse.lil_matrix((n, n))",
    ),
    Fires(
        "sparse_slices",
        SPARSE
        + """
def f(m):
    t = 0.0
    for j in range(m.shape[1]):
        t += m[:, j].sum()
    return t
""",
        lambda: (scipy.sparse.csr_matrix(A),),
        "m = m.tocsc()",
    ),
    Fires(
        "sparse_made_dense",
        "def f(m, x):\n    return m.toarray() @ x\n",
        lambda: (scipy.sparse.csr_matrix(A), A[0]),
        "m @ x",
    ),
    Fires(
        "one_row_calls",
        "class M:\n    def predict(self, x):\n        return np.asarray(x).sum(axis=1)\n\n"
        "model = M()\n\n"
        "def f(x):\n    return np.array([model.predict(v.reshape(1, -1))[0] for v in x])\n",
        lambda: (A,),
        "model.predict(x)",
    ),
    *(
        Fires(
            "one_row_calls",
            "class M:\n    def predict(self, x):\n        x = np.asarray(x)\n"
            "        return np.stack([x.sum(axis=1), x.max(axis=1)], axis=1)\n\n"
            f"model = M()\n\ndef f(x):\n    return {one}\n",
            lambda: (A,),
            every,
        )
        for one, every in (
            (
                "float(sum(model.predict(v[None, :])[0, 1] for v in x))",
                "np.sum(model.predict(x)[:, 1])",
            ),
            ("max(model.predict([v])[0][0] for v in x)", "np.max(model.predict(x)[:, 0])"),
            ("[float(model.predict([x[i]])[0, 0]) for i in range(len(x))]", ".tolist()"),
        )
    ),
    Fires(
        "one_row_calls",
        """
        def f(a):
            out = np.empty(len(a))
            for i in range(len(a)):
                out[i] = np.linalg.det(a[i])
            return out
        """,
        lambda: (rng.random((5, 3, 3)),),
        "out[:len(a)] = np.linalg.det(a)",
    ),
    Fires(
        "methods_of_rows",
        "def f(df):\n    return df[df.apply(lambda r: r.isna().sum() <= 1, axis=1)]\n",
        lambda: (pd.DataFrame({"a": [1.0, np.nan, 3.0], "b": [np.nan, np.nan, 2.0]}),),
        "df[df.isna().sum(axis=1) <= 1]",
    ),
    Fires(
        "methods_of_rows",
        "def f(df, n):\n    return df.apply(lambda r: (r > n).sum() - 2 * np.max(r), axis=1)\n",
        lambda: (pd.DataFrame({"a": np.arange(9.0), "b": np.arange(9.0)[::-1]}), 3),
        "(df > n).sum(axis=1) - 2 * df.max(axis=1)",
    ),
]

SILENT = [
    Silent(
        "pandas_apply", "def f(df):\n    return df.apply(np.sum, axis=0)\n", lambda: (table(),)
    ),
    Silent(
        "series_combined",
        "def f(df):\n    return df['a'].combine_first(df['b'])\n",
        lambda: (table(),),
    ),
    Silent("series_apply", "def f(df):\n    return df['a'].apply(str)\n", lambda: (table(),)),
    Silent("iterrows", "def f(df):\n    return [r for r in df.items()]\n", lambda: (table(),)),
    Silent(
        "itertuples",
        "def f(df):\n    return [r for r in df.itertuples()]\n",
        lambda: (table(),),
    ),
    Silent(
        "groupby_apply", "def f(df):\n    return df.groupby('k').mean()\n", lambda: (table(),)
    ),
    Silent(
        "column_in_loop",
        "def f(df):\n    for i in range(3):\n        df.loc[i, 'a'] = i\n    return df\n",
        lambda: (table(),),
    ),
    Silent(
        "concat_in_loop",
        PANDAS + "def f(df):\n    return pd.concat([df, df])\n",
        lambda: (table(),),
    ),
    Silent(
        "dates_one_by_one",
        PANDAS + "def f(s):\n    return pd.to_datetime(s)\n",
        lambda: (dates(),),
    ),
    Silent(
        "sparse_filled",
        SPARSE + "def f(a):\n    m = csr_matrix(a)\n    return m.sum()\n",
        lambda: (A,),
    ),
    Silent(
        "sparse_slices",
        "def f(m):\n    return [m[i].sum() for i in range(3)]\n",
        lambda: (scipy.sparse.csr_matrix(A),),
    ),
    Silent(
        "sparse_made_dense",
        "def f(m):\n    return m.toarray()\n",
        lambda: (scipy.sparse.csr_matrix(A),),
    ),
    Silent(
        "one_row_calls",
        "def f(a):\n    for i in range(len(a)):\n        a[i] = abs(a[i - 1])\n    return a\n",
        lambda: (A,),
    ),
    Silent(  # a table and a column are aligned in another way
        "methods_of_rows",
        "def f(df):\n    return df.apply(lambda r: (r - r.mean()).max(), axis=1)\n",
        lambda: (pd.DataFrame({"a": np.arange(9.0), "b": np.arange(9.0)[::-1]}),),
    ),
]

REFUSED = [
    Refused(  # what it returns first does not decide the dtype of all
        "series_apply",
        "def f(s):\n    return s.map(lambda v: 1 if v < 1 else v).to_numpy().dtype.kind\n",
        lambda: (pd.Series([0.5, 0.25]),),
    ),
    Refused(  # what is written to the row of iterrows stays there
        "iterrows",
        """
        def f(df):
            t = 0.0
            for i, row in df.iterrows():
                t += row.sum()
            return t
        """,
        lambda: (table(),),
    ),
    Refused(
        "column_in_loop",
        """
        def f(df):
            t = 0.0
            for i in df.index:
                t += df.loc[i, 'a']
            return t
        """,
        lambda: (table().set_index(np.arange(12)[::-1] * 2),),
    ),
    Refused(  # np.std divides by n, pandas by n - 1
        "groupby_apply",
        "def f(df):\n    return df.groupby('k')['a'].agg(lambda v: np.std(v)).to_numpy()\n",
        lambda: (table(),),
    ),
    Refused(
        "concat_in_loop",
        PANDAS
        + """
def f(df):
    out, part = df.iloc[:1], df.iloc[:2].copy()
    for i in range(3):
        part.iloc[0, 0] = i
        out = pd.concat([out, part])
    return out.to_numpy()
""",
        lambda: (table(),),
    ),
    Refused(  # each string by its own format
        "dates_one_by_one",
        PANDAS + "def f(s):\n    return s.apply(pd.to_datetime).to_numpy()\n",
        lambda: (pd.Series(["2024-01-31", "31 March 2024"]),),
    ),
    Refused(
        "one_row_calls",
        "class M:\n    def __call__(self, x):\n        return x - np.mean(x)\n\nm = M()\n\n"
        "def f(x):\n    out = np.empty(len(x))\n    for i in range(len(x)):\n"
        "        out[i] = m(x[i])\n    return out\n",
        lambda: (A[0],),
    ),
    Refused(
        "sparse_made_dense",
        "def f(m, x):\n    return m.toarray() @ x\n",
        lambda: (scipy.sparse.csr_matrix(np.eye(3)), np.array([1.0, np.inf, 2.0])),
    ),
]


(
    test_it_fires,
    test_it_is_silent_on_its_innocent_neighbour,
    test_it_is_refused_when_inexact,
) = family_tests(FIRES, SILENT, REFUSED)
