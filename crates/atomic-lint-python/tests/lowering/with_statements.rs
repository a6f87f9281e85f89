//! `with` in every form.

use crate::check;

#[test]
fn a_with_enters_binds_and_leaves_on_both_ways() {
    check(
        r#"
        with open("customers.txt", "w") as fh:
            for customer in dataset:
                fh.write(customer)
        "#,
        r#"
        #0 <module> TopLevel ()
          b0:
            _0 = ?open("customers.txt", "w")
            _1 = _0.__enter__()
            _2.fh = _1
            _3 = <?dataset>
            goto b1
          b1:
            branch b2 b4
          b2:
            _4 = _3 -> []
            _5.customer = _4
            _6 = _2.fh.write(_5.customer)
            try _6 b1 else b3
          b3:
            _8 = opaque()
            _9 = _0.__exit__(_8)
            raise
          b4:
            _7 = _0.__exit__(None)
            goto b5
          b5:
            return
        "#,
    );
}

#[test]
fn several_items_nest() {
    check(
        r"
        with a() as x, b: c()
        ",
        r"
        #0 <module> TopLevel ()
          b0:
            _0 = ?a()
            _1 = _0.__enter__()
            _2.x = _1
            _3 = <?b>
            _4 = _3.__enter__()
            try _4 b1 else b6
          b1:
            _5 = ?c()
            try _5 b2 else b5
          b2:
            _6 = _3.__exit__(None)
            try _6 b3 else b6
          b3:
            _9 = _0.__exit__(None)
            goto b4
          b4:
            return
          b5:
            _7 = opaque()
            _8 = _3.__exit__(_7)
            goto b6
          b6:
            _10 = opaque()
            _11 = _0.__exit__(_10)
            raise
        ",
    );
}

#[test]
fn parenthesised_items_and_targets_of_any_kind() {
    check(
        r"
        with (open(p) as (a, b), open(q) as s.f,):
            pass
        with (open(p) as c):
            pass
        with (open(p)):
            pass
        ",
        r"
        #0 <module> TopLevel ()
          b0:
            _0 = ?open(<?p>)
            _1 = _0.__enter__()
            _2 = _1 -> 0
            _3.a = _2
            _4 = _1 -> 1
            _5.b = _4
            _6 = ?open(<?q>)
            try _6 b1 else b7
          b1:
            _7 = _6.__enter__()
            try _7 b2 else b7
          b2:
            _8 = <?s>
            _8 -> f = _7
            _9 = _6.__exit__(None)
            try _9 b3 else b7
          b3:
            _10 = _0.__exit__(None)
            goto b4
          b4:
            _13 = ?open(<?p>)
            _14 = _13.__enter__()
            _15.c = _14
            _16 = _13.__exit__(None)
            goto b5
          b5:
            _17 = ?open(<?p>)
            _18 = _17.__enter__()
            _19 = _17.__exit__(None)
            goto b6
          b6:
            return
          b7:
            _11 = opaque()
            _12 = _0.__exit__(_11)
            raise
        ",
    );
}

#[test]
fn return_leaves_every_with_innermost_first() {
    check(
        r"
        def f():
            with a() as x:
                with b() as y:
                    return y.read()
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
            _3 = ?b()
            try _3 b1 else b6
          b1:
            _4 = _3.__enter__()
            try _4 b2 else b6
          b2:
            _5.y = _4
            _6 = _5.y.read()
            try _6 b3 else b5
          b3:
            _7 = _3.__exit__(None)
            try _7 b4 else b6
          b4:
            _8 = _0.__exit__(None)
            return _6
          b5:
            _10 = opaque()
            _11 = _3.__exit__(_10)
            goto b6
          b6:
            _13 = opaque()
            _14 = _0.__exit__(_13)
            raise
        ",
    );
}

#[test]
fn async_with_uses_the_async_methods() {
    check(
        r"
        async def f():
            async with a() as x:
                await x.write(1)
        ",
        r"
        #0 <module> TopLevel ()
          b0:
            return
        #1 f Function async ()
          b0:
            _0 = ?a()
            _1 = _0.__aenter__()
            _2.x = _1
            _3 = _2.x.write(1)
            try _3 b1 else b3
          b1:
            _4 = _0.__aexit__(None)
            goto b2
          b2:
            return
          b3:
            _5 = opaque()
            _6 = _0.__aexit__(_5)
            raise
        ",
    );
}

#[test]
fn suppress_goes_on_behind_the_with() {
    check(
        r"
        from contextlib import suppress
        with suppress(OSError):
            os.remove(p)
        after()
        ",
        r"
        pub import suppress = contextlib.suppress
        #0 <module> TopLevel ()
          b0:
            _0 = contextlib.suppress(<?OSError>)
            _1 = _0.__enter__()
            _2 = ?os.remove(<?p>)
            try _2 b1 else b2
          b1:
            _3 = _0.__exit__(None)
            goto b3
          b2:
            _4 = opaque()
            _5 = _0.__exit__(_4)
            branch b3 b4
          b3:
            _6 = ?after()
            return
          b4:
            raise
        ",
    );
}

#[test]
fn an_exception_in_the_second_item_leaves_the_first() {
    check(
        r"
        def f():
            with a() as x, b(x) as y:
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
            _3 = ?b(_2.x)
            try _3 b1 else b5
          b1:
            _4 = _3.__enter__()
            try _4 b2 else b5
          b2:
            _5.y = _4
            _6 = _3.__exit__(None)
            try _6 b3 else b5
          b3:
            _7 = _0.__exit__(None)
            goto b4
          b4:
            return
          b5:
            _8 = opaque()
            _9 = _0.__exit__(_8)
            raise
        ",
    );
}
