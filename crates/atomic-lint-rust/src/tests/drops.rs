//! Ends of lives.

use super::shows;

#[test]
fn what_a_scope_owns_ends_with_it_in_reverse() {
    shows(
        r"
        fn f() {
            let a = File::create(1);
            { let b = File::create(2); g(); }
            let _guard = lock();
            h();
        }
        ",
        r"
        #1 f Function ()
          b0:
            _0.a = ?File.create(1)
            _1.b = ?File.create(2)
            _2 = ?g()
            end _2
            end _1.b
            _3._guard = ?lock()
            _4 = ?h()
            end _4
            end _3._guard
            end _0.a
            return
        ",
    );
}

#[test]
fn every_way_out_ends_what_lives() {
    shows(
        r"
        fn f(c: bool) -> R {
            let a = open()?;
            if c { return Ok(()); }
            loop { let b = open()?; if c { break; } if b.d { continue } }
            Ok(())
        }
        ",
        r"
        #1 f Function (_0 c: ?bool) -> ?R
          b0:
            _1.a = ?open()
            try _1.a b1 else b10
          b1:
            if _0.c b2 else b3
          b2:
            end _1.a
            end _0.c
            return None
          b3:
            _2.b = ?open()
            try _2.b b4 else b9
          b4:
            if _0.c b5 else b6
          b5:
            end _2.b
            end _1.a
            end _0.c
            return None
          b6:
            _3 = _2.b -> d
            if _3 b7 else b8
          b7:
            end _2.b
            goto b3
          b8:
            end _2.b
            goto b3
          b9:
            end _1.a
            end _0.c
            raise
          b10:
            end _0.c
            raise
        ",
    );
}

#[test]
fn what_was_moved_is_not_ended() {
    shows(
        r"
        fn f(c: File) -> R {
            let a = open();
            let b = open();
            keep(a);
            if b.ok { return Ok(b); }
            S { c }
        }
        ",
        r"
        #1 f Function (_0 c: ?File) -> ?R
          b0:
            _1.a = ?open()
            _2.b = ?open()
            _3 = ?keep(_1.a)
            end _3
            _4 = _2.b -> ok
            if _4 b1 else b2
          b1:
            end _0.c
            return _2.b
          b2:
            _5 = ?S{ c: _0.c; }
            end _2.b
            return _5
        ",
    );
}

#[test]
fn what_is_moved_on_one_way_is_ended_on_the_other() {
    shows(
        r"
        fn f(c: bool) {
            let a = open();
            if c { keep(a); return; }
            g();
        }
        ",
        r"
        #1 f Function (_0 c: ?bool)
          b0:
            _1.a = ?open()
            if _0.c b1 else b2
          b1:
            _2 = ?keep(_1.a)
            end _2
            end _0.c
            return
          b2:
            _3 = ?g()
            end _3
            end _1.a
            end _0.c
            return
        ",
    );
}

#[test]
fn a_reference_does_not_end_what_it_refers_to() {
    shows(
        r"
        fn f(a: &File, s: &mut S, w: impl Write) {
            let b = &a;
            let c = s.file.as_mut();
            let d: &File = s.get_it();
            let e = s.writer();
            let g = s.m.lock().unwrap();
            let h = s.o.as_ref().unwrap();
            g();
        }
        ",
        r"
        #1 f Function (_0 a: ?File, _1 s: ?S, _2 w: ?Write)
          b0:
            _3.b = _0.a
            _4 = _1.s -> file
            _5.c = _4.as_mut()
            _6.d = _1.s.get_it()
            _7.e = _1.s.writer()
            _8 = _1.s -> m
            _9 = _8.lock()
            try _9 b1 else b4
          b1:
            _10.g = _9.unwrap()
            _11 = _1.s -> o
            _12 = _11.as_ref()
            try _12 b2 else b3
          b2:
            _13.h = _12.unwrap()
            _14 = *_10.g()
            end _7.e
            return
          b3:
            end _7.e
            raise
          b4:
            end _7.e
            raise
        ",
    );
}

#[test]
fn a_temporary_ends_with_its_statement() {
    shows(
        r#"
        fn f(p: &Path) -> R {
            File::create(p)?.write_all(b"x")?;
            OpenOptions::new().write(true).open(p)?;
            let n = File::open(p)?.read()?;
            File::open(p)?.sync_all()
        }
        "#,
        r#"
        #1 f Function (_0 p: ?Path) -> ?R
          b0:
            _1 = ?File.create(_0.p)
            try _1 b1 else b9
          b1:
            _2 = _1.write_all(b"…")
            try _2 b2 else b10
          b2:
            end _2
            end _1
            _3 = ?OpenOptions.new()
            _4 = _3.write(true)
            _5 = _4.open(_0.p)
            try _5 b3 else b9
          b3:
            end _5
            end _4
            end _3
            _6 = ?File.open(_0.p)
            try _6 b4 else b9
          b4:
            _7.n = _6.read()
            try _7.n b5 else b8
          b5:
            _8 = ?File.open(_0.p)
            try _8 b6 else b7
          b6:
            _9 = _8.sync_all()
            end _7.n
            return _9
          b7:
            end _7.n
            raise
          b8:
            end _6
            raise
          b9:
            raise
          b10:
            end _1
            raise
        "#,
    );
}

#[test]
fn what_a_method_may_hold_goes_with_its_result() {
    shows(
        r#"
        fn f(p: &Path) -> R {
            let a = File::create(p).context("a")?;
            let b = s.file.take().unwrap();
            let w = W::new(File::create(p).map_err(e)?);
            keep(w);
            File::create(p).context("b")?.sync_all()?;
            Ok(())
        }
        "#,
        r#"
        #1 f Function (_0 p: ?Path) -> ?R
          b0:
            _1 = ?File.create(_0.p)
            _2.a = _1.context("a")
            try _2.a b1 else b10
          b1:
            _3 = <?s>
            _4 = _3 -> file
            _5 = _4.take()
            try _5 b2 else b9
          b2:
            _6.b = _5.unwrap()
            _7 = ?File.create(_0.p)
            _8 = _7.map_err(<?e>)
            try _8 b3 else b8
          b3:
            _9.w = ?W.new(_8)
            _10 = ?keep(_9.w)
            end _10
            _11 = ?File.create(_0.p)
            _12 = _11.context("b")
            try _12 b4 else b7
          b4:
            _13 = _12.sync_all()
            try _13 b5 else b6
          b5:
            end _13
            end _12
            end _11
            end _6.b
            end _2.a
            return None
          b6:
            end _12
            end _6.b
            end _2.a
            raise
          b7:
            end _6.b
            end _2.a
            raise
          b8:
            end _6.b
            end _2.a
            raise
          b9:
            end _2.a
            raise
          b10:
            raise
        "#,
    );
}

#[test]
fn nothing_is_kept_by_an_underscore() {
    shows(
        r"
        fn f(x: X) {
            let _ = File::create(1);
            let _ = x;
            let _ = x.finish();
            _ = open();
            g();
        }
        ",
        r"
        #1 f Function (_0 x: ?X)
          b0:
            _1 = ?File.create(1)
            end _1
            _2 = _0.x.finish()
            end _2
            _3 = ?open()
            end _3
            _4 = ?g()
            end _4
            end _0.x
            return
        ",
    );
}

#[test]
fn a_reference_to_a_temporary_keeps_it() {
    shows(
        r"
        fn f() {
            let a = &mut File::create(1)?;
            g(a);
        }
        ",
        r"
        #1 f Function ()
          b0:
            _0.a = ?File.create(1)
            try _0.a b1 else b2
          b1:
            _1 = ?g(_0.a)
            end _1
            return
          b2:
            raise
        ",
    );
}

#[test]
fn an_assignment_ends_the_old_value() {
    shows(
        r"
        fn f() {
            let mut a = open(1);
            a = open(2);
            let b;
            b = open(3);
            keep(a);
            a = open(4);
        }
        ",
        r"
        #1 f Function ()
          b0:
            _0.a = ?open(1)
            _1 = ?open(2)
            end _0.a
            _0.a = _1
            _3 = ?open(3)
            _2.b = _3
            _4 = ?keep(_0.a)
            end _4
            _5 = ?open(4)
            _0.a = _5
            end _2.b
            end _0.a
            return
        ",
    );
}

#[test]
fn an_arm_owns_what_it_takes_out() {
    shows(
        r"
        fn f(r: R, s: S) {
            match r { Ok(x) => g(), Err(_) => h() }
            if let Some(y) = &s.file { i() }
            if let Some(z) = s.file { j() }
        }
        ",
        r"
        #1 f Function (_0 r: ?R, _1 s: ?S)
          b0:
            try _0.r b1 else b7
          b1:
            _2.x = _0.r
            _3 = ?g()
            end _3
            end _2.x
            goto b2
          b2:
            _5.y = _1.s -> file
            if _5.y b3 else b4
          b3:
            _6 = ?i()
            end _6
            goto b4
          b4:
            _7.z = _1.s -> file
            if _7.z b5 else b6
          b5:
            _8 = ?j()
            end _1.s
            return _8
          b6:
            end _1.s
            return
          b7:
            _4 = ?h()
            end _4
            goto b2
        ",
    );
}

#[test]
fn closures_take_what_they_move() {
    shows(
        r"
        fn f() {
            let a = open();
            let b = open();
            let c = open();
            g(move || a.sync(), || b.sync(), || keep(c));
        }
        ",
        r"
        #1 f Function ()
          b0:
            _0.a = ?open()
            _1.b = ?open()
            _2.c = ?open()
            _3 = closure #2
            _4 = closure #3
            _5 = closure #4
            _6 = ?g(_3, _4, _5)
            end _6
            end _1.b
            return
        #2 <closure> Closure(BodyId(1)) () [_0 = outer _0]
          b0:
            _1 = _0.a.sync()
            return _1
        #3 <closure> Closure(BodyId(1)) () [_0 = outer _1]
          b0:
            _1 = _0.b.sync()
            return _1
        #4 <closure> Closure(BodyId(1)) () [_0 = outer _2]
          b0:
            _1 = ?keep(_0.c)
            return _1
        ",
    );
}

#[test]
fn elements_that_are_lent_do_not_end() {
    shows(
        r"
        fn f(v: Vec<F>) {
            for a in v.iter() { g() }
            for b in v.into_iter().rev() { h() }
        }
        ",
        r"
        #1 f Function (_0 v: ?Vec<?F>)
          b0:
            _1 = _0.v.iter()
            goto b1
          b1:
            branch b2 b3
          b2:
            _2.a = _1 -> []
            _3 = ?g()
            end _3
            goto b1
          b3:
            _4 = _0.v.into_iter()
            _5 = _4.rev()
            goto b4
          b4:
            branch b5 b6
          b5:
            _6.b = _5 -> []
            _7 = ?h()
            end _7
            end _6.b
            goto b4
          b6:
            return
        ",
    );
}
