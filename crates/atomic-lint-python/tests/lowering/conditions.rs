//! Conditions, as far as a value decides them.

use crate::check;

#[test]
fn truth_negation_and_connectives() {
    check(
        r"
        def f(a, b, c):
            if a and not (b or c):
                x()
            elif True:
                y()
            else:
                z()
        ",
        r"
        #0 <module> TopLevel ()
          b0:
            return
        #1 f Function (_0 a, _1 b, _2 c)
          b0:
            if _0.a b1 else b4
          b1:
            if _1.b b4 else b2
          b2:
            if _2.c b4 else b3
          b3:
            _3 = ?x()
            goto b5
          b4:
            _4 = ?y()
            goto b5
          b5:
            return
        ",
    );
}

#[test]
fn comparison_with_a_constant() {
    check(
        r#"
        def f(m, o):
            if m == "w": a()
            if None is not o: b()
            if m != "r": c()
            if m in ("a", "b"): d()
            if m not in ["c"]: e()
            if 0 < m < 3: g()
            if MODE == "x": h()
            if m in o: i()
        MODE = "x"
        "#,
        r#"
        #0 <module> TopLevel ()
          b0:
            _0.MODE = "x"
            return
        #1 f Function (_0 m, _1 o)
          b0:
            if _0.m == "w" b1 else b2
          b1:
            _2 = ?a()
            goto b2
          b2:
            if _1.o == None b4 else b3
          b3:
            _3 = ?b()
            goto b4
          b4:
            if _0.m == "r" b6 else b5
          b5:
            _4 = ?c()
            goto b6
          b6:
            if _0.m == "a" b8 else b7
          b7:
            if _0.m == "b" b8 else b9
          b8:
            _5 = ?d()
            goto b9
          b9:
            if _0.m == "c" b11 else b10
          b10:
            _6 = ?e()
            goto b11
          b11:
            _7 = opaque()
            if ? b12 else b13
          b12:
            _8 = ?g()
            goto b13
          b13:
            _9 = <self.MODE>
            if _9 == "x" b14 else b15
          b14:
            _10 = ?h()
            goto b15
          b15:
            _11 = _1.o.__contains__(_0.m)
            if _11 b16 else b17
          b16:
            _12 = ?i()
            goto b17
          b17:
            return
        "#,
    );
}

#[test]
fn values_of_conditions() {
    check(
        r"
        def f(a, b):
            x = a or b
            y = a and b
            return a if b \
                else x
        ",
        r"
        #0 <module> TopLevel ()
          b0:
            return
        #1 f Function (_0 a, _1 b)
          b0:
            _2 = _0.a
            if _0.a b2 else b1
          b1:
            _2 = _1.b
            goto b2
          b2:
            _3.x = _2
            _4 = _0.a
            if _0.a b3 else b4
          b3:
            _4 = _1.b
            goto b4
          b4:
            _5.y = _4
            if _1.b b5 else b6
          b5:
            _6 = _0.a
            goto b7
          b6:
            _6 = _3.x
            goto b7
          b7:
            return _6
        ",
    );
}

#[test]
fn assert_raises_where_it_does_not_hold() {
    check(
        r"
        def f(a):
            assert a, g()
            h()
        ",
        r"
        #0 <module> TopLevel ()
          b0:
            return
        #1 f Function (_0 a)
          b0:
            if _0.a b1 else b2
          b1:
            _2 = ?h()
            return
          b2:
            _1 = ?g()
            raise
        ",
    );
}
