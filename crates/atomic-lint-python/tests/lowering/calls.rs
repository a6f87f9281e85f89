//! Calls: callee, arguments, and the text they stand for.

use crate::check;

#[test]
fn callees_are_paths_methods_or_values() {
    check(
        r#"
        import numpy as np
        def f(cb, x):
            np.save("a", x)
            x.a.b(1)
            cb(2)
            f(3)
            g.h(4)
            x()()
            x[0](5)
            (lambda: 1)()
            Path("a").write_text("b")
            "-".join(x)
            CONFIG.save(6)
            handler(7)
        CONFIG = load()
        handler = g
        "#,
        r#"
        pub import np = numpy
        #0 <module> TopLevel ()
          b0:
            _0 = ?load()
            _1.CONFIG = _0
            _2.handler = <?g>
            return
        #1 f Function (_0 cb, _1 x)
          b0:
            _2 = numpy.save("a", _1.x)
            _3 = _1.x -> a
            _4 = _3.b(1)
            _5 = *_0.cb(2)
            _6 = self.f(3)
            _7 = ?g.h(4)
            _8 = *_1.x()
            _9 = *_8()
            _10 = _1.x -> 0
            _11 = *_10(5)
            _12 = closure #2
            _13 = *_12()
            _14 = ?Path("a")
            _15 = _14.write_text("b")
            _16 = "-"
            _17 = _16.join(_1.x)
            _18 = <self.CONFIG>
            _19 = _18.save(6)
            _20 = self.handler(7)
            return
        #2 <lambda> Closure(BodyId(1)) ()
          b0:
            return 1
        "#,
    );
}

#[test]
fn arguments_keep_keywords_and_spreads() {
    check(
        r#"
        f(a, *b, k=1, **c)
        f(x for x in y)
        print("x", file=fh)
        f(1, *g.h(a), {*i(b)}, [*x.y()])
        "#,
        r#"
        #0 <module> TopLevel ()
          b0:
            _0 = ?f(<?a>, *<?b>, k=1, *<?c>)
            _1 = { }
            _3 = <?y>
            goto b1
          b1:
            branch b2 b3
          b2:
            _4 = _3 -> []
            _2.x = _4
            _1 -> [] = _2.x
            goto b1
          b3:
            _5 = ?f(_1)
            _6 = ?print("x", file=<?fh>)
            _7 = ?g.h(<?a>)
            _8 = ?i(<?b>)
            _9 = { []: _8; }
            _10 = ?x.y()
            _11 = { []: _10; }
            _12 = ?f(1, *_7, _9, _11)
            return
        "#,
    );
}
