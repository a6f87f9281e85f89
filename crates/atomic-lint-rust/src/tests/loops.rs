//! Loops.

use super::shows;

#[test]
fn loops_go_round() {
    shows(
        r"
        fn f(paths: &[P]) {
            for p in paths.iter() { if p.a { continue } b(p) }
            while c() { d()? }
            while let Some(x) = paths.next() { e(x) }
        }
        ",
        r"
        #1 f Function (_0 paths: ?(slice)<?P>)
          b0:
            _1 = _0.paths.iter()
            goto b1
          b1:
            branch b2 b4
          b2:
            _2.p = _1 -> []
            _3 = _2.p -> a
            if _3 b1 else b3
          b3:
            _4 = ?b(_2.p)
            end _4
            goto b1
          b4:
            _5 = ?c()
            if _5 b5 else b8
          b5:
            _6 = ?d()
            try _6 b6 else b7
          b6:
            end _6
            goto b4
          b7:
            end _5
            raise
          b8:
            end _5
            goto b9
          b9:
            _7.x = _0.paths.next()
            if _7.x b10 else b11
          b10:
            _8 = ?e(_7.x)
            end _8
            goto b9
          b11:
            return
        ",
    );
}

#[test]
fn break_gives_the_value_of_a_loop() {
    shows(
        r"
        fn f() -> R {
            let x = loop { if a() { break 1; } };
            'outer: loop { loop { if b() { break 'outer; } continue 'outer; } }
            'block: { if c() { break 'block 2; } 3 }
        }
        ",
        r"
        #1 f Function () -> ?R
          b0:
            goto b1
          b1:
            _1 = ?a()
            if _1 b2 else b8
          b2:
            _0.x = 1
            end _1
            goto b3
          b3:
            _2 = ?b()
            if _2 b4 else b7
          b4:
            end _2
            _3 = ?c()
            if _3 b5 else b6
          b5:
            end _3
            end _0.x
            return 2
          b6:
            end _3
            end _0.x
            return 3
          b7:
            end _2
            goto b3
          b8:
            end _1
            goto b1
        ",
    );
}

#[test]
fn an_endless_loop_does_not_return() {
    shows(
        r"
        fn f() {
            loop { a(); }
        }
        ",
        r"
        #1 f Function ()
          b0:
            goto b1
          b1:
            _0 = ?a()
            end _0
            goto b1
        ",
    );
}

#[test]
fn blocks_in_a_circle_of_jumps_end() {
    shows(
        r"
        fn f() {
            loop { loop {} }
        }
        ",
        r"
        #1 f Function ()
          b0:
            goto b1
          b1:
            goto b1
        ",
    );
}
