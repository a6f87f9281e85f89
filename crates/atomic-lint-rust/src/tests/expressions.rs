//! Values: constants, text, fields, assignments.

use super::shows;

#[test]
fn literals_are_constants() {
    shows(
        r#"
        fn f() {
            g("a\n", 'c', 1, -2, 0o644, true, 1.5, b"", b"x", c"z", None, (), !false);
        }
        "#,
        r#"
        #1 f Function ()
          b0:
            _0 = ?g("a\n", "c", 1, -2, 420, true, …, b"", b"…", "z", None, None, true)
            end _0
            return
        "#,
    );
}

#[test]
fn names_of_items_are_constants() {
    shows(
        r#"
        const EXT: &str = "x";
        fn f() {
            g(EXT, self::EXT, libc::O_CREAT, Mode::Direct, u8::MAX);
        }
        "#,
        r#"
        #1 f Function ()
          b0:
            _0 = ?g(<self.EXT>, <self.EXT>, <libc.O_CREAT>, <?Mode.Direct>, <?u8.MAX>)
            end _0
            return
        "#,
    );
}

#[test]
fn text_is_joined_where_one_side_is_text() {
    shows(
        r#"
        fn f(a: String, b: &str) {
            let c = a + ".tmp";
            let d = c + b;
            b + d;
            a + b
        }
        "#,
        r#"
        #1 f Function (_0 a: ?String, _1 b: ?str)
          b0:
            _2.c = concat(_0.a, ".tmp")
            _3.d = concat(_2.c, _1.b)
            _4 = concat(_1.b, _3.d)
            _5 = opaque(_0.a, _1.b)
            return _5
        "#,
    );
}

#[test]
fn flags_are_joined() {
    shows(
        r"
        fn f() {
            open(libc::O_CREAT | libc::O_TRUNC | mode);
        }
        ",
        r"
        #1 f Function ()
          b0:
            _0 = flags(<libc.O_CREAT>, <libc.O_TRUNC>, <?mode>)
            _1 = ?open(_0)
            end _1
            return
        ",
    );
}

#[test]
fn fields_and_elements_are_loaded() {
    shows(
        r#"
        fn f(x: T) {
            g(x.a.b, x.0, x[1], x[i], x["k"], &x[..3]);
        }
        "#,
        r#"
        #1 f Function (_0 x: ?T)
          b0:
            _1 = _0.x -> a
            _2 = _1 -> b
            _3 = _0.x -> 0
            _4 = _0.x -> 1
            _5 = _0.x -> []
            _6 = _0.x -> k
            _7 = opaque()
            _8 = ?g(_2, _3, _4, _5, _6, _0.x)
            end _8
            end _0.x
            return
        "#,
    );
}

#[test]
fn an_assignment_copies_or_stores() {
    shows(
        r"
        fn f(mut a: u8, s: &mut S, t: &mut T) {
            a = 1;
            s.path.0 = a;
            s[0] = 2;
            *t = 3;
            (a, s.b) = pair;
            _ = g();
        }
        ",
        r"
        #1 f Function (_0 a: ?u8, _1 s: ?S, _2 t: ?T)
          b0:
            end _0.a
            _0.a = 1
            _3 = _1.s -> path
            _3 -> 0 = _0.a
            _1.s -> 0 = 2
            _2.t = 3
            _4 = <?pair>
            _5 = _4 -> 0
            _0.a = _5
            _6 = _4 -> 1
            _1.s -> b = _6
            _7 = ?g()
            end _7
            end _0.a
            return
        ",
    );
}

#[test]
fn a_compound_assignment_changes_its_target() {
    shows(
        r#"
        fn f(mut s: String, mut n: u8, x: &mut X) {
            s += "a";
            n += 1;
            n -= 2;
            n |= 4;
            x.s += "b";
        }
        "#,
        r#"
        #1 f Function (_0 s: ?String, _1 n: ?u8, _2 x: ?X)
          b0:
            _0.s = concat(_0.s, "a")
            _1.n = opaque(_1.n)
            _1.n = opaque(_1.n)
            _1.n = flags(_1.n, 4)
            _3 = _2.x -> s
            _4 = concat(_3, "b")
            _2.x -> s = _4
            end _1.n
            end _0.s
            return
        "#,
    );
}

#[test]
fn tuples_and_lists_have_fields() {
    shows(
        r"
        fn f() {
            let x = (a(), 1);
            let y = [2, 3];
            let z = [0; 9];
        }
        ",
        r"
        #1 f Function ()
          b0:
            _0 = ?a()
            _1.x = { 0: _0; 1: 1; }
            _2.y = { 0: 2; []: 2; 1: 3; []: 3; }
            _3.z = { []: 0; }
            end _2.y
            end _1.x
            return
        ",
    );
}

#[test]
fn a_long_table_of_constants_is_one_constant() {
    shows(
        r"
        fn f() {
            let t = [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1];
            g(t);
        }
        ",
        r"
        #1 f Function ()
          b0:
            _0.t = …
            _1 = ?g(_0.t)
            end _1
            return
        ",
    );
}

#[test]
fn a_range_mentions_its_ends() {
    shows(
        r"
        fn f(a: u8) {
            g(a..=9);
        }
        ",
        r"
        #1 f Function (_0 a: ?u8)
          b0:
            _1 = opaque(_0.a)
            _2 = ?g(_1)
            end _2
            return
        ",
    );
}
