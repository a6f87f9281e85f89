//! Patterns and `match`.

use super::shows;

#[test]
fn a_result_splits_on_an_edge() {
    shows(
        r"
        fn f(r: R) -> X {
            match r {
                Ok(x) => a(x),
                Err(e) if e.kind() == NotFound => b(),
                Err(e) => return Err(e),
            }
        }
        ",
        r"
        #1 f Function (_0 r: ?R) -> ?X
          b0:
            try _0.r b1 else b2
          b1:
            _1.x = _0.r
            _2 = ?a(_1.x)
            return _2
          b2:
            _3.e = _0.r -> Err.0
            _4 = _3.e.kind()
            if _4 == <?NotFound> b3 else b4
          b3:
            _5 = ?b()
            end _3.e
            return _5
          b4:
            _6.e = _0.r -> Err.0
            _7 = opaque(_6.e)
            raise
        ",
    );
}

#[test]
fn an_option_splits_by_presence() {
    shows(
        r"
        fn f(o: O) {
            match o { None => a(), Some(x) => b(x) }
        }
        ",
        r"
        #1 f Function (_0 o: ?O)
          b0:
            if _0.o b1 else b2
          b1:
            _2.x = _0.o
            _3 = ?b(_2.x)
            return _3
          b2:
            _1 = ?a()
            end _0.o
            return _1
        ",
    );
}

#[test]
fn a_wildcard_takes_the_other_side() {
    shows(
        r"
        fn f(r: R) {
            match r { Ok(0) => a(), Ok(n) => b(n), _ => c() }
        }
        ",
        r"
        #1 f Function (_0 r: ?R)
          b0:
            try _0.r b1 else b4
          b1:
            branch b2 b3
          b2:
            _1 = ?a()
            end _0.r
            return _1
          b3:
            _2.n = _0.r
            _3 = ?b(_2.n)
            return _3
          b4:
            _4 = ?c()
            end _0.r
            return _4
        ",
    );
}

#[test]
fn constants_are_asked_one_after_the_other() {
    shows(
        r#"
        fn f(m: M) {
            match m { "w" => a(), MODE => b(), Mode::Append => c(), other => d(other) }
        }
        "#,
        r#"
        #1 f Function (_0 m: ?M)
          b0:
            if _0.m == "w" b1 else b2
          b1:
            _1 = ?a()
            end _0.m
            return _1
          b2:
            if _0.m == <?MODE> b3 else b4
          b3:
            _2 = ?b()
            end _0.m
            return _2
          b4:
            if _0.m == <?Mode.Append> b5 else b6
          b5:
            _3 = ?c()
            end _0.m
            return _3
          b6:
            _4.other = _0.m
            _5 = ?d(_4.other)
            return _5
        "#,
    );
}

#[test]
fn variants_of_other_enums_may_all_be() {
    shows(
        r"
        fn f(m: M) {
            match m { Mode::A(x) => a(x), Mode::B { path, .. } => b(path), Mode::C { .. } | Mode::D => c() }
        }
        ",
        r"
        #1 f Function (_0 m: ?M)
          b0:
            branch b1 b2 b3
          b1:
            _1.x = _0.m -> A.0
            _2 = ?a(_1.x)
            return _2
          b2:
            _3.path = _0.m -> B.path
            _4 = ?b(_3.path)
            return _4
          b3:
            _5 = ?c()
            end _0.m
            return _5
        ",
    );
}

#[test]
fn both_sides_in_one_arm_are_always() {
    shows(
        r"
        fn f(r: R) {
            match r { Ok(x) | Err(x) => a(x) }
        }
        ",
        r"
        #1 f Function (_0 r: ?R)
          b0:
            _1.x = _0.r
            _2 = ?a(_1.x)
            return _2
        ",
    );
}

#[test]
fn a_pattern_takes_a_value_apart() {
    shows(
        r"
        fn f(p: P) {
            let (a, .., z) = p;
            let S { x, y: Some(w), .. } = q();
            let [first, rest @ ..] = r();
            let whole @ (b, _) = s();
            let &(ref c, mut d) = t;
            let Err(e) = u() else { return };
            g(a, z, x, w, first, rest, whole, b, c, d, e)
        }
        ",
        r"
        #1 f Function (_0 p: ?P)
          b0:
            _1.a = _0.p -> 0
            _2.z = _0.p -> []
            _3 = ?q()
            _4.x = _3 -> x
            _5.w = _3 -> y
            _6.rest = ?r()
            _7.first = _6.rest -> 0
            _8.whole = ?s()
            _9.b = _8.whole -> 0
            _10 = <?t>
            _11.c = _10 -> 0
            _12 = <?t>
            _13.d = _12 -> 1
            _14 = ?u()
            try _14 b1 else b2
          b1:
            end _8.whole
            end _7.first
            end _5.w
            end _4.x
            end _2.z
            end _1.a
            return
          b2:
            _15.e = _14 -> Err.0
            _16 = ?g(_1.a, _2.z, _4.x, _5.w, _7.first, _6.rest, _8.whole, _9.b, _11.c, _13.d, _15.e)
            return _16
        ",
    );
}

#[test]
fn parameters_are_taken_apart_first() {
    shows(
        r"
        fn f((a, b): (File, &Path), S { c }: S, &d: &u8) {
            g(a, b, c, d, |(x, _)| x)
        }
        ",
        r"
        #1 f Function (_0 : ?(tuple)<?File, ?Path>, _1 : ?S, _2 d: ?u8)
          b0:
            _3.a = _0 -> 0
            _4.b = _0 -> 1
            _5.c = _1 -> c
            _6 = closure #2
            _7 = ?g(_3.a, _4.b, _5.c, _2.d, _6)
            return _7
        #2 <closure> Closure(BodyId(1)) (_0 )
          b0:
            _1.x = _0 -> 0
            return _1.x
        ",
    );
}

#[test]
fn a_match_on_nothing_leaves_nothing() {
    shows(
        r"
        fn f(never: N) -> X {
            match never {}
        }
        ",
        r"
        #1 f Function (_0 never: ?N) -> ?X
          b0:
            unreachable
        ",
    );
}
