//! `match`.

use crate::check;

#[test]
fn constants_decide_and_names_bind() {
    check(
        r#"
        def f(x):
            match x:
                case "w" | "a":
                    a()
                case None:
                    b()
                case [p, *rest] if rest:
                    c(p, rest)
                case Point(0, y=q) as whole:
                    d(q, whole)
                case {"k": v, **kw}:
                    e(v, kw)
                case Mode.W:
                    g()
                case -1:
                    h()
                case other:
                    i(other)
        "#,
        r#"
        #0 <module> TopLevel ()
          b0:
            return
        #1 f Function (_0 x)
          b0:
            if _0.x == "w" b2 else b1
          b1:
            if _0.x == "a" b2 else b3
          b2:
            _1 = ?a()
            goto b18
          b3:
            if _0.x == None b4 else b5
          b4:
            _2 = ?b()
            goto b18
          b5:
            if ? b6 else b8
          b6:
            _3 = _0.x -> 0
            _4.p = _3
            _5 = _0.x -> 1
            _6.rest = _5
            if _6.rest b7 else b8
          b7:
            _7 = ?c(_4.p, _6.rest)
            goto b18
          b8:
            if ? b9 else b11
          b9:
            _8 = _0.x -> 0
            if ? b10 else b11
          b10:
            _9 = _0.x -> y
            _10.q = _9
            _11.whole = _0.x
            _12 = ?d(_10.q, _11.whole)
            goto b18
          b11:
            if ? b12 else b13
          b12:
            _13 = _0.x -> k
            _14.v = _13
            _15.kw = _0.x
            _16 = ?e(_14.v, _15.kw)
            goto b18
          b13:
            if _0.x == <?Mode.W> b14 else b15
          b14:
            _17 = ?g()
            goto b18
          b15:
            if ? b16 else b17
          b16:
            _18 = ?h()
            goto b18
          b17:
            _19.other = _0.x
            _20 = ?i(_19.other)
            goto b18
          b18:
            return
        "#,
    );
}

#[test]
fn nothing_goes_on_behind_a_wildcard_but_its_arm() {
    check(
        r"
        def f(x):
            match x:
                case 1: a()
                case _: b()
            c()
        ",
        r"
        #0 <module> TopLevel ()
          b0:
            return
        #1 f Function (_0 x)
          b0:
            if ? b1 else b2
          b1:
            _1 = ?a()
            goto b3
          b2:
            _2 = ?b()
            goto b3
          b3:
            _3 = ?c()
            return
        ",
    );
}
