//! Calls: functions, methods, constructors, wrappers.

use super::shows;

#[test]
fn imports_apply_to_what_is_called() {
    shows(
        r#"
        use std::fs::{self, File as F};
        fn f(p: &Path) {
            fs::write(p, "x");
            F::create(p);
            tokio::fs::write(p, b"");
            save(p);
            g(p);
        }
        fn g(p: &Path) {}
        "#,
        r#"
        #1 f Function (_0 p: ?Path)
          b0:
            _1 = std.fs.write(_0.p, "x")
            end _1
            _2 = std.fs.File.create(_0.p)
            end _2
            _3 = tokio.fs.write(_0.p, b"")
            end _3
            _4 = ?save(_0.p)
            end _4
            _5 = self.g(_0.p)
            end _5
            return
        "#,
    );
}

#[test]
fn an_import_in_a_block_applies_there_only() {
    shows(
        r"
        fn f(p: &Path) {
            {
                use std::fs::File;
                File::create(p);
            }
            File::create(p);
        }
        ",
        r"
        #1 f Function (_0 p: ?Path)
          b0:
            _1 = std.fs.File.create(_0.p)
            end _1
            _2 = ?File.create(_0.p)
            end _2
            return
        ",
    );
}

#[test]
fn a_variable_that_is_called_is_a_value() {
    shows(
        r#"
        fn f(write: impl Fn(&str)) {
            write("a");
        }
        "#,
        r#"
        #1 f Function (_0 write: ?(fn))
          b0:
            _1 = *_0.write("a")
            return
        "#,
    );
}

#[test]
fn a_field_that_is_called_is_loaded() {
    shows(
        r"
        struct S;
        impl S {
            fn f(&self, x: u8) {
                (self.save)(x)
            }
        }
        ",
        r"
        #1 S.f Method (_0 self: self.S, _1 x: ?u8)
          b0:
            _2 = _0.self -> save
            _3 = *_2(_1.x)
            return _3
        ",
    );
}

#[test]
fn wrappers_are_looked_through() {
    shows(
        r#"
        fn f(p: PathBuf) -> Option<PathBuf> {
            g(Box::new(Ok(p)));
            g(&*Arc::new(Cow::Borrowed("x")));
            g(x as u8);
            Some((p))
        }
        "#,
        r#"
        #1 f Function (_0 p: ?PathBuf) -> ?Option<?PathBuf>
          b0:
            _1 = ?g(_0.p)
            end _1
            _2 = ?g("x")
            end _2
            _3 = ?g(<?x>)
            end _3
            return _0.p
        "#,
    );
}

#[test]
fn constructors_are_aggregates() {
    shows(
        r"
        use crate::m::Mode;
        fn f(a: File, b: u8) {
            Wrapper(a);
            Mode::Staged { file: b };
            Mode::Direct(b, 1);
            S { b, ..old }
        }
        ",
        r"
        #1 f Function (_0 a: ?File, _1 b: ?u8)
          b0:
            _2 = ?Wrapper{ 0: _0.a; }
            _3 = crate.m.Mode.Staged{ Staged.file: _1.b; }
            _4 = crate.m.Mode.Direct{ Direct.0: _1.b; Direct.1: 1; }
            _5 = ?S{ b: _1.b; ..: <?old>; }
            return _5
        ",
    );
}

#[test]
fn functions_of_windows_are_no_constructors() {
    shows(
        r"
        use windows_sys::Win32::Storage::FileSystem::*;
        fn f(a: u8) {
            MoveFileExW(a, 1);
            windows::Win32::ReplaceFileW(a)
        }
        ",
        r"
        #1 f Function (_0 a: ?u8)
          b0:
            _1 = ?MoveFileExW(_0.a, 1)
            end _1
            _2 = windows.Win32.ReplaceFileW(_0.a)
            return _2
        ",
    );
}

#[test]
fn a_qualified_path_is_that_of_its_type() {
    shows(
        r"
        use std::io::Write;
        struct S;
        impl S {
            fn f<W: Write>(w: W) {
                <W as Write>::flush(w);
                <S>::g(1);
                Self::g(2);
                W::make();
            }
        }
        ",
        r"
        #1 S.f Method (_0 w: std.io.Write)
          b0:
            _1 = std.io.Write.flush(_0.w)
            end _1
            _2 = self.S.g(1)
            end _2
            _3 = self.S.g(2)
            end _3
            _4 = std.io.Write.make()
            end _4
            return
        ",
    );
}

#[test]
fn dropping_is_an_end() {
    shows(
        r"
        fn f(a: File, b: File, c: &File) {
            drop(a);
            std::mem::drop(b);
            drop(&c);
            g();
        }
        ",
        r"
        #1 f Function (_0 a: ?File, _1 b: ?File, _2 c: ?File)
          b0:
            end _0.a
            end _1.b
            _3 = ?g()
            end _3
            return
        ",
    );
}

#[test]
fn unwrapping_goes_on_only_with_success() {
    shows(
        r#"
        fn f(x: R) {
            x.unwrap();
            x.expect("why").go();
            parser.expect(token);
        }
        "#,
        r#"
        #1 f Function (_0 x: ?R)
          b0:
            try _0.x b1 else b3
          b1:
            _1 = _0.x.unwrap()
            try _0.x b2 else b3
          b2:
            _2 = _0.x.expect("why")
            _3 = _2.go()
            _4 = <?parser>
            _5 = _4.expect(<?token>)
            return
          b3:
            raise
        "#,
    );
}
