//! Loops and comprehensions.

use crate::check;

#[test]
fn for_loads_each_element_and_else_runs_at_the_end() {
    check(
        r"
        def f(xs):
            for a, b in xs:
                if a: break
                if b: continue
                g()
            else:
                h()
            i()
        ",
        r"
        #0 <module> TopLevel ()
          b0:
            return
        #1 f Function (_0 xs)
          b0:
            goto b1
          b1:
            branch b2 b5
          b2:
            _1 = _0.xs -> []
            _2 = _1 -> 0
            _3.a = _2
            _4 = _1 -> 1
            _5.b = _4
            if _3.a b6 else b3
          b3:
            if _5.b b1 else b4
          b4:
            _6 = ?g()
            goto b1
          b5:
            _7 = ?h()
            goto b6
          b6:
            _8 = ?i()
            return
        ",
    );
}

#[test]
fn while_true_ends_only_by_break() {
    check(
        r"
        def f():
            while True:
                if g(): break
            h()
            while x:
                i()
            else:
                j()
        ",
        r"
        #0 <module> TopLevel ()
          b0:
            return
        #1 f Function ()
          b0:
            goto b1
          b1:
            _0 = ?g()
            if _0 b2 else b1
          b2:
            _1 = ?h()
            goto b3
          b3:
            _2 = <?x>
            if _2 b4 else b5
          b4:
            _3 = ?i()
            goto b3
          b5:
            _4 = ?j()
            goto b6
          b6:
            return
        ",
    );
}

#[test]
fn comprehensions_are_loops_into_a_collection() {
    check(
        r"
        def f(xs):
            return {k: v for k, v in xs if k for w in v}, [x async for x in xs]
        ",
        r"
        #0 <module> TopLevel ()
          b0:
            return
        #1 f Function (_0 xs)
          b0:
            _1 = { }
            goto b1
          b1:
            branch b2 b5
          b2:
            _4 = _0.xs -> []
            _5 = _4 -> 0
            _2.k = _5
            _6 = _4 -> 1
            _3.v = _6
            if _2.k b3 else b1
          b3:
            branch b4 b1
          b4:
            _8 = _3.v -> []
            _7.w = _8
            _1 -> [] = _3.v
            goto b3
          b5:
            _9 = { }
            goto b6
          b6:
            branch b7 b8
          b7:
            _11 = _0.xs -> []
            _10.x = _11
            _9 -> [] = _10.x
            goto b6
          b8:
            _12 = { 0: _1; 1: _9; }
            return _12
        ",
    );
}

#[test]
fn a_loop_left_inside_with_leaves_the_with() {
    check(
        r"
        def f(xs):
            for x in xs:
                with g(x) as h:
                    if h: continue
                    break
        ",
        r"
        #0 <module> TopLevel ()
          b0:
            return
        #1 f Function (_0 xs)
          b0:
            goto b1
          b1:
            branch b2 b5
          b2:
            _1 = _0.xs -> []
            _2.x = _1
            _3 = ?g(_2.x)
            _4 = _3.__enter__()
            _5.h = _4
            if _5.h b3 else b4
          b3:
            _6 = _3.__exit__(None)
            goto b1
          b4:
            _7 = _3.__exit__(None)
            goto b5
          b5:
            return
        ",
    );
}

#[test]
fn break_outside_of_a_loop_is_nothing() {
    check(
        r"
        break
        f()
        ",
        r"
        #0 <module> TopLevel ()
          b0:
            _0 = opaque()
            _1 = ?f()
            return
        ",
    );
}
