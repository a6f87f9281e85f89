//! Control flow: branches, leaving early.

use super::shows;

#[test]
fn a_condition_decides_by_its_value() {
    shows(
        r"
        fn f(p: &Path, on: bool) {
            if on { a() } else if !p.exists() { b() } else { c() }
            d()
        }
        ",
        r"
        #1 f Function (_0 p: ?Path, _1 on: ?bool)
          b0:
            if _1.on b1 else b3
          b1:
            _2 = ?a()
            end _2
            goto b2
          b2:
            _6 = ?d()
            end _1.on
            return _6
          b3:
            _3 = _0.p.exists()
            if _3 b4 else b5
          b4:
            _5 = ?c()
            end _5
            goto b2
          b5:
            _4 = ?b()
            end _4
            goto b2
        ",
    );
}

#[test]
fn what_stands_right_of_and_may_not_run() {
    shows(
        r"
        fn f(a: bool) {
            if a && b()? || c() { d() }
            let x = a && e();
        }
        ",
        r"
        #1 f Function (_0 a: ?bool)
          b0:
            if _0.a b1 else b9
          b1:
            _1 = ?b()
            try _1 b2 else b10
          b2:
            if _1 b3 else b9
          b3:
            _3 = ?d()
            end _3
            goto b4
          b4:
            end _2
            end _1
            if _0.a b5 else b8
          b5:
            _5 = ?e()
            if _5 b6 else b8
          b6:
            _4.x = true
            goto b7
          b7:
            end _5
            end _0.a
            return
          b8:
            _4.x = false
            goto b7
          b9:
            _2 = ?c()
            if _2 b3 else b4
          b10:
            end _0.a
            raise
        ",
    );
}

#[test]
fn success_is_asked_for_on_an_edge() {
    shows(
        r"
        fn f(r: R, o: O) {
            if r.is_ok() { a() }
            if !r.is_err() { b() }
            if o.is_none() { c() }
        }
        ",
        r"
        #1 f Function (_0 r: ?R, _1 o: ?O)
          b0:
            try _0.r b1 else b2
          b1:
            _2 = ?a()
            end _2
            goto b2
          b2:
            try _0.r b3 else b4
          b3:
            _3 = ?b()
            end _3
            goto b4
          b4:
            if _1.o b5 else b6
          b5:
            end _1.o
            end _0.r
            return
          b6:
            _4 = ?c()
            end _1.o
            end _0.r
            return _4
        ",
    );
}

#[test]
fn an_equality_with_a_constant_decides() {
    shows(
        r"
        fn f(x: u8) {
            if x == 1 { a() }
            if MODE != x { b() }
            if x < 3 { c() }
        }
        ",
        r"
        #1 f Function (_0 x: ?u8)
          b0:
            if _0.x == 1 b1 else b2
          b1:
            _1 = ?a()
            end _1
            goto b2
          b2:
            if _0.x == <?MODE> b3 else b6
          b3:
            _3 = opaque()
            if _3 b4 else b5
          b4:
            _4 = ?c()
            end _0.x
            return _4
          b5:
            end _0.x
            return
          b6:
            _2 = ?b()
            end _2
            goto b3
        ",
    );
}

#[test]
fn if_let_asks_for_a_side() {
    shows(
        r"
        fn f(r: R) {
            if let Ok(x) = r { a(x) }
            if let Err(e) = g() { b(e) }
            if let Some(Ok(y)) = h() && y.ok { c(y) }
            let Some(z) = o else { return };
            d(z);
        }
        ",
        r"
        #1 f Function (_0 r: ?R)
          b0:
            try _0.r b1 else b2
          b1:
            _1.x = _0.r
            _2 = ?a(_1.x)
            end _2
            goto b2
          b2:
            _3 = ?g()
            try _3 b3 else b10
          b3:
            _6.y = ?h()
            if _6.y b4 else b7
          b4:
            try _6.y b5 else b7
          b5:
            _7 = _6.y -> ok
            if _7 b6 else b7
          b6:
            _8 = ?c(_6.y)
            end _8
            goto b7
          b7:
            _9.z = <?o>
            if _9.z b8 else b9
          b8:
            _10 = ?d(_9.z)
            end _10
            return
          b9:
            return
          b10:
            _4.e = _3 -> Err.0
            _5 = ?b(_4.e)
            end _5
            goto b3
        ",
    );
}

#[test]
fn values_of_ways_meet_in_one_local() {
    shows(
        r"
        fn f(c: bool) {
            let x = if c { a() } else { b() };
            let y = { c(); x };
            let z = unsafe { d(y) };
            g(z)
        }
        ",
        r"
        #1 f Function (_0 c: ?bool)
          b0:
            if _0.c b1 else b3
          b1:
            _2 = ?a()
            _1.x = _2
            goto b2
          b2:
            _5 = *_0.c()
            _4.y = _1.x
            _7 = ?d(_4.y)
            _6.z = _7
            _8 = ?g(_6.z)
            end _0.c
            return _8
          b3:
            _3 = ?b()
            _1.x = _3
            goto b2
        ",
    );
}

#[test]
fn a_question_mark_leaves_with_an_error() {
    shows(
        r"
        fn f() -> R {
            let x = a()?;
            b(x)?;
            Ok(())
        }
        ",
        r"
        #1 f Function () -> ?R
          b0:
            _0.x = ?a()
            try _0.x b1 else b3
          b1:
            _1 = ?b(_0.x)
            try _1 b2 else b3
          b2:
            end _1
            return None
          b3:
            raise
        ",
    );
}

#[test]
fn returning_an_error_raises() {
    shows(
        r#"
        fn f(c: bool) -> R {
            if c { return Err(a()); }
            if c { Err(b())? }
            if c { return Err(b()).context("c"); }
            match c { true => Err(E), _ => Ok(1) }
        }
        "#,
        r#"
        #1 f Function (_0 c: ?bool) -> ?R
          b0:
            if _0.c b1 else b2
          b1:
            _1 = ?a()
            _2 = opaque(_1)
            end _0.c
            raise
          b2:
            if _0.c b3 else b4
          b3:
            _3 = ?b()
            _4 = opaque(_3)
            end _0.c
            raise
          b4:
            if _0.c b5 else b6
          b5:
            _5 = ?b()
            _6 = opaque(_5)
            _7 = _6.context("c")
            end _0.c
            raise
          b6:
            if _0.c == true b7 else b8
          b7:
            _8 = opaque()
            end _0.c
            raise
          b8:
            end _0.c
            return 1
        "#,
    );
}

#[test]
fn a_try_block_catches() {
    shows(
        r"
        fn f() {
            let r = try { a()?; b()? };
            c(r);
        }
        ",
        r"
        #1 f Function ()
          b0:
            _1 = ?a()
            try _1 b1 else b5
          b1:
            end _1
            _2 = ?b()
            try _2 b2 else b4
          b2:
            _0.r = _2
            goto b3
          b3:
            _3 = ?c(_0.r)
            end _3
            return
          b4:
            _0.r = opaque(_2)
            goto b3
          b5:
            _0.r = opaque(_1)
            goto b3
        ",
    );
}

#[test]
fn code_under_cfg_may_run_or_not() {
    shows(
        r"
        fn f() -> u8 {
            #[cfg(unix)]
            let x = a();
            #[cfg(windows)]
            let x = b();
            #[cfg(unix)]
            c(x);
            #[cfg(unix)]
            { d() }
            #[cfg(not(unix))]
            { e() }
        }
        ",
        r"
        #1 f Function () -> ?u8
          b0:
            branch b1 b2
          b1:
            _0.x = ?a()
            goto b2
          b2:
            branch b3 b4
          b3:
            _1 = ?b()
            _0.x = _1
            goto b4
          b4:
            branch b5 b6
          b5:
            _2 = ?c(_0.x)
            end _2
            goto b6
          b6:
            branch b7 b8
          b7:
            _3 = ?d()
            return _3
          b8:
            _4 = ?e()
            return _4
        ",
    );
}
