//! `try`, `except`, `else`, `finally`, `raise`.

use crate::check;

#[test]
fn an_exception_goes_to_the_handlers_or_on() {
    check(
        r"
        def f():
            try:
                a()
            except OSError as e:
                b(e)
            except (A, B):
                raise
            else:
                c()
            d()
        ",
        r"
        #0 <module> TopLevel ()
          b0:
            return
        #1 f Function ()
          b0:
            goto b1
          b1:
            _0 = ?a()
            try _0 b2 else b3
          b2:
            _1 = ?c()
            goto b5
          b3:
            branch b4 b6 b7
          b4:
            _2 = opaque()
            _3.e = _2
            _4 = ?b(_3.e)
            goto b5
          b5:
            _5 = ?d()
            return
          b6:
            raise
          b7:
            raise
        ",
    );
}

#[test]
fn a_bare_or_broad_handler_lets_nothing_through() {
    check(
        r"
        def f():
            try:
                a()
            except Exception:
                b()
        def g():
            try:
                a()
            except:
                b()
        ",
        r"
        #0 <module> TopLevel ()
          b0:
            return
        #1 f Function ()
          b0:
            goto b1
          b1:
            _0 = ?a()
            try _0 b3 else b2
          b2:
            _1 = ?b()
            goto b3
          b3:
            return
        #2 g Function ()
          b0:
            goto b1
          b1:
            _0 = ?a()
            try _0 b3 else b2
          b2:
            _1 = ?b()
            goto b3
          b3:
            return
        ",
    );
}

#[test]
fn a_handler_is_reached_though_no_call_can_raise() {
    check(
        r#"
        def f(d):
            try:
                x = d["k"]
            except KeyError:
                x = 1
            return x
        "#,
        r#"
        #0 <module> TopLevel ()
          b0:
            return
        #1 f Function (_0 d)
          b0:
            branch b1 b2
          b1:
            _1 = _0.d -> k
            _2.x = _1
            goto b4
          b2:
            branch b3 b5
          b3:
            _2.x = 1
            goto b4
          b4:
            return _2.x
          b5:
            raise
        "#,
    );
}

#[test]
fn finally_runs_on_every_way() {
    check(
        r"
        def f(xs):
            for x in xs:
                try:
                    if a(x): return 1
                    if x: break
                    if b: continue
                finally:
                    c()
        ",
        r"
        #0 <module> TopLevel ()
          b0:
            return
        #1 f Function (_0 xs)
          b0:
            goto b1
          b1:
            branch b2 b11
          b2:
            _1 = _0.xs -> []
            _2.x = _1
            _3 = ?a(_2.x)
            try _3 b3 else b10
          b3:
            if _3 b4 else b5
          b4:
            _4 = ?c()
            return 1
          b5:
            if _2.x b6 else b7
          b6:
            _5 = ?c()
            goto b11
          b7:
            _6 = <?b>
            if _6 b8 else b9
          b8:
            _7 = ?c()
            goto b1
          b9:
            _8 = ?c()
            goto b1
          b10:
            _9 = ?c()
            raise
          b11:
            return
        ",
    );
}

#[test]
fn an_exception_in_a_handler_runs_the_finally() {
    check(
        r"
        def f():
            try:
                a()
            except OSError:
                b()
            finally:
                c()
        ",
        r"
        #0 <module> TopLevel ()
          b0:
            return
        #1 f Function ()
          b0:
            goto b1
          b1:
            _0 = ?a()
            try _0 b4 else b2
          b2:
            branch b3 b5
          b3:
            _1 = ?b()
            try _1 b4 else b5
          b4:
            _2 = ?c()
            return
          b5:
            _3 = ?c()
            raise
        ",
    );
}

#[test]
fn raise_inside_try_goes_to_the_handler() {
    check(
        r"
        def f():
            try:
                raise X() from y
            except X:
                pass
        ",
        r"
        #0 <module> TopLevel ()
          b0:
            return
        #1 f Function ()
          b0:
            goto b1
          b1:
            _0 = ?X()
            try _0 b2 else b2
          b2:
            branch b3 b4
          b3:
            return
          b4:
            raise
        ",
    );
}

#[test]
fn try_inside_with_leaves_the_with_where_unhandled() {
    check(
        r"
        def f():
            with a() as x:
                try:
                    x.b()
                except OSError:
                    pass
        ",
        r"
        #0 <module> TopLevel ()
          b0:
            return
        #1 f Function ()
          b0:
            _0 = ?a()
            _1 = _0.__enter__()
            _2.x = _1
            goto b1
          b1:
            _3 = _2.x.b()
            try _3 b3 else b2
          b2:
            branch b3 b5
          b3:
            _4 = _0.__exit__(None)
            goto b4
          b4:
            return
          b5:
            _5 = opaque()
            _6 = _0.__exit__(_5)
            raise
        ",
    );
}

#[test]
fn except_star_is_except() {
    check(
        r"
        try:
            a()
        except* OSError as e:
            b(e)
        ",
        r"
        #0 <module> TopLevel ()
          b0:
            goto b1
          b1:
            _0 = ?a()
            try _0 b4 else b2
          b2:
            branch b3 b5
          b3:
            _1 = opaque()
            _2.e = _1
            _3 = ?b(_2.e)
            goto b4
          b4:
            return
          b5:
            raise
        ",
    );
}

#[test]
fn a_closure_in_finally_is_lowered_once() {
    check(
        r"
        def f():
            try:
                a()
            finally:
                b(lambda: 1)
        ",
        r"
        #0 <module> TopLevel ()
          b0:
            return
        #1 f Function ()
          b0:
            _0 = ?a()
            try _0 b1 else b2
          b1:
            _1 = closure #2
            _2 = ?b(_1)
            return
          b2:
            _3 = closure #2
            _4 = ?b(_3)
            raise
        #2 <lambda> Closure(BodyId(1)) ()
          b0:
            return 1
        ",
    );
}

#[test]
fn what_no_inner_handler_lets_through_does_not_hide_an_outer_one() {
    check(
        r"
        def f(x):
            try:
                try:
                    a()
                except:
                    x.y
            except:
                b()
        ",
        r"
        #0 <module> TopLevel ()
          b0:
            return
        #1 f Function (_0 x)
          b0:
            branch b1 b3
          b1:
            _1 = ?a()
            try _1 b4 else b2
          b2:
            _2 = _0.x -> y
            goto b4
          b3:
            _3 = ?b()
            goto b4
          b4:
            return
        ",
    );
}
