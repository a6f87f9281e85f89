//! Operators and literals that are no text.

use crate::check;

#[test]
fn a_slash_is_a_method_of_the_path() {
    check(
        r#"
        def f(base):
            p = base / "a" / name
            q = "a" / base
            r = 10 / base
            base /= "b"
            return ROOT / "x"
        "#,
        r#"
        #0 <module> TopLevel ()
          b0:
            return
        #1 f Function (_0 base)
          b0:
            _1 = _0.base.__truediv__("a")
            _2 = _1.__truediv__(<?name>)
            _3.p = _2
            _4 = _0.base.__rtruediv__("a")
            _5.q = _4
            _6 = opaque(_0.base)
            _7.r = _6
            _8 = _0.base.__truediv__("b")
            _0.base = _8
            _9 = <?ROOT>
            _10 = _9.__truediv__("x")
            return _10
        "#,
    );
}

#[test]
fn a_bar_joins_flags() {
    check(
        r"
        os.open(p, os.O_WRONLY | os.O_CREAT | 0o100)
        flags |= os.O_TRUNC
        ",
        r"
        #0 <module> TopLevel ()
          b0:
            _0 = flags(<?os.O_WRONLY>, <?os.O_CREAT>)
            _1 = flags(_0, 64)
            _2 = ?os.open(<?p>, _1)
            _4 = flags(_3.flags, <?os.O_TRUNC>)
            _3.flags = _4
            return
        ",
    );
}

#[test]
fn numbers_in_every_base() {
    check(
        r"
        f(0x1F, 0b11, 0o644, 0644, 1_000, 10L, -3, 1.5, 99999999999999999999, 2j, True, None, ...)
        ",
        r"
        #0 <module> TopLevel ()
          b0:
            _0 = ?f(31, 3, 420, 420, 1000, 10, -3, …, …, …, true, None, …)
            return
        ",
    );
}

#[test]
fn collections_have_fields() {
    check(
        r#"
        f((a, "b"), [a, *b, c], {"k": a, 1: b, x: c, **d}, {a}, ())
        "#,
        r#"
        #0 <module> TopLevel ()
          b0:
            _0 = { 0: <?a>; 1: "b"; }
            _1 = { 0: <?a>; []: <?a>; []: <?b>; []: <?c>; }
            _2 = { k: <?a>; 1: <?b>; []: <?c>; []: <?d>; }
            _3 = { 0: <?a>; []: <?a>; }
            _4 = { }
            _5 = ?f(_0, _1, _2, _3, _4)
            return
        "#,
    );
}

#[test]
fn subscripts_load_the_field_of_a_constant() {
    check(
        r#"
        f(a[0], a["k"], a[-1], a[i], a[1:], a[1, 2], os.environ["X"])
        a[0] = b["k"] = c
        "#,
        r#"
        #0 <module> TopLevel ()
          b0:
            _0 = <?a>
            _1 = _0 -> 0
            _2 = <?a>
            _3 = _2 -> k
            _4 = <?a>
            _5 = _4 -> -1
            _6 = <?a>
            _7 = _6 -> []
            _8 = <?a>
            _9 = _8 -> []
            _10 = <?a>
            _11 = _10 -> []
            _12 = <?os.environ>
            _13 = _12 -> X
            _14 = ?f(_1, _3, _5, _7, _9, _11, _13)
            _15 = <?b>
            _15 -> k = <?c>
            _16 = <?a>
            _16 -> 0 = <?c>
            return
        "#,
    );
}

#[test]
fn other_operators_say_nothing() {
    check(
        r"
        f(a - b, a ** 2, a < b, not a, ~a, a is b)
        ",
        r"
        #0 <module> TopLevel ()
          b0:
            _0 = opaque()
            _1 = opaque()
            _2 = opaque()
            _3 = opaque()
            _4 = opaque()
            _5 = opaque()
            _6 = ?f(_0, _1, _2, _3, _4, _5)
            return
        ",
    );
}
