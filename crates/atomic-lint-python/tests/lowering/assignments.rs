//! Assignments to names, attributes, elements and many at once.

use crate::check;

#[test]
fn tuples_are_unpacked_by_position() {
    check(
        r"
        fd, path = tempfile.mkstemp()
        (a, [b, *c]), d = x
        a, b = b, a
        ",
        r"
        #0 <module> TopLevel ()
          b0:
            _0 = ?tempfile.mkstemp()
            _1 = _0 -> 0
            _2.fd = _1
            _3 = _0 -> 1
            _4.path = _3
            _5 = <?x>
            _6 = _5 -> 0
            _7 = _6 -> 0
            _8.a = _7
            _9 = _6 -> 1
            _10 = _9 -> 0
            _11.b = _10
            _12 = _9 -> []
            _13.c = _12
            _14 = _5 -> 1
            _15.d = _14
            _16 = { 0: _11.b; 1: _8.a; }
            _17 = _16 -> 0
            _8.a = _17
            _18 = _16 -> 1
            _11.b = _18
            return
        ",
    );
}

#[test]
fn attributes_and_elements_are_stored() {
    check(
        r"
        def f(self, k):
            self.a = self.b.c = k
            self.d[k] = 1
            self.n += 1
            module.attr = k
            self.x, y = k
        ",
        r"
        #0 <module> TopLevel ()
          b0:
            return
        #1 f Function (_0 self, _1 k)
          b0:
            _2 = _0.self -> b
            _2 -> c = _1.k
            _0.self -> a = _1.k
            _3 = _0.self -> d
            _3 -> [] = 1
            _4 = _0.self -> n
            _5 = opaque(_4)
            _0.self -> n = _5
            _6 = <?module>
            _6 -> attr = _1.k
            _7 = _1.k -> 0
            _0.self -> x = _7
            _8 = _1.k -> 1
            _9.y = _8
            return
        ",
    );
}

#[test]
fn a_walrus_gives_the_value_and_binds_it() {
    check(
        r"
        def f(g):
            if (n := g()) is None:
                return n
        ",
        r"
        #0 <module> TopLevel ()
          b0:
            return
        #1 f Function (_0 g)
          b0:
            _1 = *_0.g()
            _2.n = _1
            if _1 == None b1 else b2
          b1:
            return _2.n
          b2:
            return
        ",
    );
}
