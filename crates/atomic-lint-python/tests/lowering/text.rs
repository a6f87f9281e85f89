//! Text: literals, f-strings, `%`, `.format` and `+`.

use crate::check;

#[test]
fn literals_are_constants_with_escapes_resolved() {
    check(
        r#"
        f("a\tb", r"a\tb", """x
        y""", "a" 'b', b"", b"a", "\x41\u00e9", u"é")
        "#,
        r#"
        #0 <module> TopLevel ()
          b0:
            _0 = ?f("a\tb", "a\\tb", "x\ny", "ab", b"", b"…", "Aé", "é")
            return
        "#,
    );
}

#[test]
fn f_strings_are_their_parts() {
    check(
        r#"
        f(f"{a}.tmp", f"{a!r:>{w}}{{x}}" "y", f"{d["k"]}/{'z'}", f"plain", rf"{a}\n", f"{a}{b.c}")
        "#,
        r#"
        #0 <module> TopLevel ()
          b0:
            _0 = concat(<?a>, ".tmp")
            _1 = concat(<?a>, "{x}y")
            _2 = <?d>
            _3 = _2 -> k
            _4 = concat(_3, "/z")
            _5 = concat(<?a>, "\\n")
            _6 = concat(<?a>, <?b.c>)
            _7 = ?f(_0, _1, _4, "plain", _5, _6)
            return
        "#,
    );
}

#[test]
fn percent_is_split_at_its_conversions() {
    check(
        r#"
        f("%s.tmp" % a, "%s-%05d%%" % (a, 7), "%(x)s.%(y)s" % {"x": a, "y": "b"}, "%s%s" % pair, "%(k)s" % d, a % b, b"%s" % a)
        "#,
        r#"
        #0 <module> TopLevel ()
          b0:
            _0 = concat(<?a>, ".tmp")
            _1 = concat(<?a>, "-7%")
            _2 = concat(<?a>, ".b")
            _3 = <?pair>
            _4 = _3 -> 0
            _5 = <?pair>
            _6 = _5 -> 1
            _7 = concat(_4, _6)
            _8 = <?d>
            _9 = _8 -> k
            _10 = concat(_9)
            _11 = opaque()
            _12 = opaque()
            _13 = ?f(_0, _1, _2, _7, _10, _11, _12)
            return
        "#,
    );
}

#[test]
fn format_is_split_at_its_braces() {
    check(
        r#"
        f("{}/{}".format(a, "b"), "{1}{0}".format(a, b), "{x.y}.tmp".format(x=a), "{}".format(*a), "{{}}".format(), a.format(b))
        "#,
        r#"
        #0 <module> TopLevel ()
          b0:
            _0 = concat(<?a>, "/b")
            _1 = concat(<?b>, <?a>)
            _2 = <?a>
            _3 = _2 -> y
            _4 = concat(_3, ".tmp")
            _5 = "{}"
            _6 = _5.format(*<?a>)
            _7 = ?a.format(<?b>)
            _8 = ?f(_0, _1, _4, _6, "{}", _7)
            return
        "#,
    );
}

#[test]
fn plus_is_text_unless_a_side_cannot_be() {
    check(
        r#"
        f(a + ".tmp", "x" + "y", a + b, a + 1, [1] + a, a + SUFFIX)
        a += ".bak"
        n += 1
        "#,
        r#"
        #0 <module> TopLevel ()
          b0:
            _1 = concat(_0.a, ".tmp")
            _2 = concat(_0.a, <?b>)
            _3 = opaque(_0.a)
            _4 = { 0: 1; []: 1; }
            _5 = opaque(_4, _0.a)
            _6 = concat(_0.a, <?SUFFIX>)
            _7 = ?f(_1, "xy", _2, _3, _5, _6)
            _8 = concat(_0.a, ".bak")
            _0.a = _8
            _10 = opaque(_9.n)
            _9.n = _10
            return
        "#,
    );
}
