//! Macro calls.

use super::shows;

#[test]
fn a_format_is_joined_text() {
    shows(
        r#"
        fn f(p: &Path, n: u8) {
            let a = format!("{}.{n}.tmp", p.display());
            let b = format!("{0}-{0}{c:?}", n, c = g());
            let d = format!("plain");
            let e = concat!("a", "b");
            let g = format!(concat!("{}", ".x"), a);
        }
        "#,
        r#"
        #1 f Function (_0 p: ?Path, _1 n: ?u8)
          b0:
            _2.a = concat(_0.p, ".", _1.n, ".tmp")
            _3 = ?g()
            _4.b = concat(_1.n, "-", _1.n, _3)
            end _3
            _5.d = "plain"
            _6.e = concat("a", "b")
            _7.g = concat(_2.a, ".x")
            end _7.g
            end _6.e
            end _5.d
            end _4.b
            end _2.a
            end _1.n
            return
        "#,
    );
}

#[test]
fn write_is_a_call_with_the_whole_text() {
    shows(
        r#"
        fn f(w: &mut W, x: u8) -> R {
            write!(w, "a{}", x)?;
            writeln!(&mut w)
        }
        "#,
        r#"
        #1 f Function (_0 w: ?W, _1 x: ?u8) -> ?R
          b0:
            _2 = concat("a", _1.x)
            _3 = ?write!(_0.w, _2, _1.x)
            try _3 b1 else b2
          b1:
            _4 = ?writeln!(_0.w, "")
            end _1.x
            return _4
          b2:
            end _1.x
            raise
        "#,
    );
}

#[test]
fn arguments_of_any_macro_are_lowered() {
    shows(
        r#"
        use log::info;
        fn f(p: P) -> R {
            println!("{} {}", a()?, p);
            info!(target: "t", path = %p, "x");
            tracing::debug!(path = %p, n = b(), "x {}", c());
            own!(fs::write(p, "x"));
        }
        "#,
        r#"
        #1 f Function (_0 p: ?P) -> ?R
          b0:
            _1 = ?a()
            try _1 b1 else b2
          b1:
            _2 = ?println!("{} {}", _1, _0.p)
            end _1
            _3 = log.info!(target="t", path=_0.p, "x")
            _4 = ?b()
            _5 = ?c()
            _6 = tracing.debug!(path=_0.p, n=_4, "x {}", _5)
            end _5
            _7 = fs.write(_0.p, "x")
            _8 = ?own!(_7)
            return
          b2:
            end _0.p
            raise
        "#,
    );
}

#[test]
fn bail_and_panic_raise() {
    shows(
        r#"
        fn f(c: bool) -> R {
            if c { bail!("x {}", a()) }
            if c { panic!() }
            todo!()
        }
        "#,
        r#"
        #1 f Function (_0 c: ?bool) -> ?R
          b0:
            if _0.c b1 else b2
          b1:
            _1 = ?a()
            end _1
            end _0.c
            raise
          b2:
            if _0.c b3 else b4
          b3:
            end _0.c
            raise
          b4:
            end _0.c
            raise
        "#,
    );
}

#[test]
fn ensure_and_assert_raise_unless() {
    shows(
        r#"
        fn f(p: &Path) -> R {
            ensure!(!p.exists(), "no {}", a());
            assert!(p.is_file());
            assert_eq!(p, b());
            Ok(())
        }
        "#,
        r#"
        #1 f Function (_0 p: ?Path) -> ?R
          b0:
            _1 = _0.p.exists()
            if _1 b1 else b2
          b1:
            _2 = ?a()
            end _2
            raise
          b2:
            _3 = _0.p.is_file()
            if _3 b3 else b4
          b3:
            _4 = ?b()
            _5 = ?assert_eq!(_0.p, _4)
            return None
          b4:
            raise
        "#,
    );
}

#[test]
fn vec_is_a_list() {
    shows(
        r"
        fn f(a: A) {
            let x = vec![a, b()];
            let y = vec![0u8; 4];
        }
        ",
        r"
        #1 f Function (_0 a: ?A)
          b0:
            _1 = ?b()
            _2.x = { 0: _0.a; []: _0.a; 1: _1; []: _1; }
            _3.y = { []: 0; }
            end _3.y
            end _2.x
            return
        ",
    );
}

#[test]
fn matches_and_cfg_decide() {
    shows(
        r"
        fn f(r: R) {
            if matches!(r, Ok(x) if x.a) { b() }
            if cfg!(unix) { c() }
            let t = matches!(r, Err(_));
        }
        ",
        r"
        #1 f Function (_0 r: ?R)
          b0:
            try _0.r b1 else b3
          b1:
            _1.x = _0.r
            _2 = _1.x -> a
            if _2 b2 else b3
          b2:
            _3 = ?b()
            end _3
            goto b3
          b3:
            if ? b4 else b5
          b4:
            _4 = ?c()
            end _4
            goto b5
          b5:
            try _0.r b6 else b8
          b6:
            _5.t = false
            goto b7
          b7:
            end _5.t
            end _0.r
            return
          b8:
            _5.t = true
            goto b7
        ",
    );
}

#[test]
fn try_is_a_question_mark() {
    shows(
        r"
        fn f() -> R {
            try!(a());
            dbg!(b())
        }
        ",
        r"
        #1 f Function () -> ?R
          b0:
            _0 = ?a()
            try _0 b1 else b2
          b1:
            end _0
            _1 = ?b()
            return _1
          b2:
            raise
        ",
    );
}

#[test]
fn a_select_runs_one_arm() {
    shows(
        r"
        async fn f() {
            tokio::select! {
                biased;
                x = a(), if c => b(x),
                Ok(y) = d() => { e(y) }
                else => g(),
            }
        }
        ",
        r"
        #1 f Function async ()
          b0:
            branch b1 b2 b3
          b1:
            _0.x = ?a()
            _1 = ?b(_0.x)
            return _1
          b2:
            _2.y = ?d()
            _3 = ?e(_2.y)
            return _3
          b3:
            _4 = ?g()
            return _4
        ",
    );
}

#[test]
fn alternatives_of_cfg_if_may_each_be() {
    shows(
        r"
        fn f() {
            cfg_if! { if #[cfg(unix)] { a() } else if #[cfg(windows)] { b() } else { c() } }
        }
        ",
        r"
        #1 f Function ()
          b0:
            branch b1 b2 b3
          b1:
            _0 = ?a()
            return _0
          b2:
            _1 = ?b()
            return _1
          b3:
            _2 = ?c()
            return _2
        ",
    );
}

#[test]
fn statements_in_a_macro_may_run() {
    shows(
        r"
        fn f(p: P) {
            retry! { let x = a(p)?; b(x); }
        }
        ",
        r"
        #1 f Function (_0 p: ?P)
          b0:
            branch b1 b3
          b1:
            _2.x = ?a(_0.p)
            try _2.x b2 else b4
          b2:
            _3 = ?b(_2.x)
            end _3
            goto b3
          b3:
            return _1
          b4:
            raise
        ",
    );
}

#[test]
fn tokens_that_nobody_understands_mention_variables() {
    shows(
        r"
        fn f(p: P, q: Q) {
            sql!(SELECT p FROM (q) WHERE =>);
        }
        ",
        r"
        #1 f Function (_0 p: ?P, _1 q: ?Q)
          b0:
            _2 = opaque(_0.p, _1.q)
            return
        ",
    );
}
