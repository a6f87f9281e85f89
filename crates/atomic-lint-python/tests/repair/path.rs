//! Libraries that are given a path.

use crate::{declined, safe};
use atomic_lint_ir::{RepairKind, Twin};

#[test]
fn a_save_goes_into_a_with() {
    safe(
        Twin::Path,
        "pandas.DataFrame.to_csv",
        r#"
        import crashsafe


        def f(df, path: str):
            «df.to_csv(path, index=False)»  # for the report
        "#,
        r#"
        import crashsafe


        def f(df, path: str):
            with crashsafe.path(path) as staging:
                df.to_csv(staging, index=False)  # for the report
        "#,
    );
}

#[test]
fn what_it_returns_is_returned_still() {
    safe(
        Twin::Path,
        "save",
        r#"
        import crashsafe


        def f(df, path: str):
            return «df.to_csv(
                path,
            )»
        "#,
        r#"
        import crashsafe


        def f(df, path: str):
            with crashsafe.path(path) as staging:
                return df.to_csv(
                    staging,
                )
        "#,
    );
}

#[test]
fn a_with_gets_an_item_in_front() {
    safe(
        Twin::Path,
        "h5py.File",
        "import crashsafe\nimport h5py\n\nwith «h5py.File(path, 'w')» as f:\n    f['x'] = x\n",
        "import crashsafe\nimport h5py\n\nwith crashsafe.path(path) as staging, h5py.File(staging, 'w') as f:\n    f['x'] = x\n",
    );
}

#[test]
fn a_suffix_that_may_be_added_is_declined() {
    let why = "it may put a suffix behind the path";
    let kind = RepairKind::Through(Twin::Path);
    declined(kind, "numpy.save", "import numpy as np\n«np.save(path, x)»\n", why);
    safe(
        Twin::Path,
        "numpy.save",
        "import crashsafe\nimport numpy as np\n\n«np.save('x.npy', x)»\n",
        "import crashsafe\nimport numpy as np\n\nwith crashsafe.path('x.npy') as staging:\n    np.save(staging, x)\n",
    );
}
