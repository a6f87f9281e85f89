//! Closures, `async` blocks, nested functions.

use super::shows;

#[test]
fn a_closure_is_a_body_with_captures() {
    shows(
        r"
        fn f(p: &Path) -> R {
            a(|x| b(x, p)).and_then(move |_| c(p))
        }
        ",
        r"
        #1 f Function (_0 p: ?Path) -> ?R
          b0:
            _1 = closure #2
            _2 = ?a(_1)
            _3 = closure #3
            _4 = _2.and_then(_3)
            return _4
        #2 <closure> Closure(BodyId(1)) (_0 x) [_1 = outer _0]
          b0:
            _2 = ?b(_0.x, _1.p)
            return _2
        #3 <closure> Closure(BodyId(1)) (_0 ) [_1 = outer _0]
          b0:
            _2 = ?c(_1.p)
            return _2
        ",
    );
}

#[test]
fn a_closure_called_at_once_is_a_value_called() {
    shows(
        r"
        fn f(p: &Path) -> R {
            let r = (|| { a(p)?; Ok(()) })();
            r
        }
        ",
        r"
        #1 f Function (_0 p: ?Path) -> ?R
          b0:
            _1 = closure #2
            _2.r = *_1()
            return _2.r
        #2 <closure> Closure(BodyId(1)) () [_0 = outer _0]
          b0:
            _1 = ?a(_0.p)
            try _1 b1 else b2
          b1:
            end _1
            return None
          b2:
            raise
        ",
    );
}

#[test]
fn an_async_block_runs_where_it_stands() {
    shows(
        r"
        async fn f(p: PathBuf) {
            spawn(async move { a(p).await }).await;
        }
        ",
        r"
        #1 f Function async (_0 p: ?PathBuf)
          b0:
            _1 = closure #2
            _2 = *_1()
            _3 = ?spawn(_2)
            end _3
            return
        #2 <closure> Closure(BodyId(1)) async () [_0 = outer _0]
          b0:
            _1 = ?a(_0.p)
            return _1
        ",
    );
}

#[test]
fn a_nested_function_sees_no_variables() {
    shows(
        r"
        fn f(p: &Path) {
            const N: u8 = 1;
            inner(2);
            fn inner(x: u8) { a(p, N, x); inner(x) }
        }
        ",
        r"
        #1 f Function (_0 p: ?Path)
          b0:
            _1.N = 1
            _2.inner = closure #2
            _3 = *_2.inner(2)
            return
        #2 inner Closure(BodyId(1)) (_0 x: ?u8) [_1 = outer _1] [_3 = outer _2]
          b0:
            _2 = ?a(<?p>, _1.N, _0.x)
            end _2
            _4 = *_3.inner(_0.x)
            return _4
        ",
    );
}

#[test]
fn captures_pass_through_closures_between() {
    shows(
        r"
        fn f(p: &Path) {
            a(|| b(|| c(p)))
        }
        ",
        r"
        #1 f Function (_0 p: ?Path)
          b0:
            _1 = closure #2
            _2 = ?a(_1)
            return _2
        #2 <closure> Closure(BodyId(1)) () [_0 = outer _0]
          b0:
            _1 = closure #3
            _2 = ?b(_1)
            return _2
        #3 <closure> Closure(BodyId(2)) () [_0 = outer _0]
          b0:
            _1 = ?c(_0.p)
            return _1
        ",
    );
}
