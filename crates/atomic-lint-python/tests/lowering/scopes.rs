//! Names: whose variable, item or builtin each of them is.

use crate::check;

#[test]
fn a_name_assigned_anywhere_in_a_function_is_local_in_all_of_it() {
    check(
        r"
        x = 1
        def f():
            g(x)
            if c:
                x = 2
        def h():
            g(x)
        ",
        r"
        #0 <module> TopLevel ()
          b0:
            _0.x = 1
            return
        #1 f Function ()
          b0:
            _1 = ?g(_0.x)
            _2 = <?c>
            if _2 b1 else b2
          b1:
            _0.x = 2
            goto b2
          b2:
            return
        #2 h Function ()
          b0:
            _0 = ?g(<self.x>)
            return
        ",
    );
}

#[test]
fn nested_functions_capture_variables_through_every_level() {
    check(
        r"
        def outer(a):
            def middle():
                return lambda: a
            return middle
        ",
        r"
        #0 <module> TopLevel ()
          b0:
            return
        #1 outer Function (_0 a)
          b0:
            _1.middle = closure #2
            return _1.middle
        #2 outer.middle Closure(BodyId(1)) () [_0 = outer _0]
          b0:
            _1 = closure #3
            return _1
        #3 <lambda> Closure(BodyId(2)) () [_0 = outer _0]
          b0:
            return _0.a
        ",
    );
}

#[test]
fn nonlocal_changes_the_captured_variable_and_global_has_no_local() {
    check(
        r#"
        def outer():
            n = 1
            def inner():
                nonlocal n
                global log
                n = 2
                log = open("log", "a")
                return log
            return inner
        "#,
        r#"
        #0 <module> TopLevel ()
          b0:
            return
        #1 outer Function ()
          b0:
            _0.n = 1
            _1.inner = closure #2
            return _1.inner
        #2 outer.inner Closure(BodyId(1)) () [_0 = outer _0]
          b0:
            _0.n = 2
            _1 = ?open("log", "a")
            return <self.log>
        "#,
    );
}

#[test]
fn methods_do_not_see_names_of_the_class_body() {
    check(
        r#"
        class C:
            mode = "w"
            opened = open("x", mode)
            def f(self):
                return mode
        "#,
        r#"
        Class C : [] { mode, opened }
        impl self.C { f=#1 }
        #0 <module> TopLevel ()
          b0:
            _0.mode = "w"
            _1 = ?open("x", _0.mode)
            _2.opened = _1
            return
        #1 C.f Method (_0 self)
          b0:
            return <?mode>
        "#,
    );
}

#[test]
fn comprehension_variables_are_seen_in_it_only_and_a_walrus_outside_too() {
    check(
        r"
        def f(xs):
            ys = [(y := x) for x in xs]
            return x, y, ys
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
            branch b2 b3
          b2:
            _3 = _0.xs -> []
            _2.x = _3
            _4.y = _2.x
            _1 -> [] = _2.x
            goto b1
          b3:
            _5.ys = _1
            _6 = { 0: <?x>; 1: _4.y; 2: _5.ys; }
            return _6
        ",
    );
}

#[test]
fn what_is_assigned_to_an_imported_name_does_not_replace_it() {
    check(
        r"
        try:
            import fcntl
        except ImportError:
            fcntl = None
        fcntl.flock(1)
        ",
        r"
        pub import fcntl = fcntl
        #0 <module> TopLevel ()
          b0:
            branch b4 b1
          b1:
            branch b2 b6
          b2:
            if ? b3 else b5
          b3:
            _0 = None
            goto b4
          b4:
            _1 = fcntl.flock(1)
            return
          b5:
            raise
          b6:
            raise
        ",
    );
}

#[test]
fn del_ends_a_variable() {
    check(
        r"
        def f(a, b):
            del a, (b)
            del a.b, g()[0]
        ",
        r"
        #0 <module> TopLevel ()
          b0:
            return
        #1 f Function (_0 a, _1 b)
          b0:
            end _0.a
            end _1.b
            _2 = _0.a -> b
            _3 = ?g()
            _4 = _3 -> 0
            return
        ",
    );
}
