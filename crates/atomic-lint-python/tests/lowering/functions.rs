//! Functions, lambdas, parameters and generators.

use crate::check;

#[test]
fn a_nested_function_is_a_value_bound_to_its_name() {
    check(
        r"
        def f(path):
            def save(data):
                path.write(data)
            run(save)
        ",
        r"
        #0 <module> TopLevel ()
          b0:
            return
        #1 f Function (_0 path)
          b0:
            _1.save = closure #2
            _2 = ?run(_1.save)
            return
        #2 f.save Closure(BodyId(1)) (_0 data) [_1 = outer _0]
          b0:
            _2 = _1.path.write(_0.data)
            return
        ",
    );
}

#[test]
fn yield_hands_out_a_value_and_may_get_an_exception() {
    check(
        r"
        @contextlib.contextmanager
        def f():
            try:
                got = yield 1
            finally:
                done()
            yield from g()
        ",
        r"
        #0 <module> TopLevel ()
          b0:
            return
        #1 f Function generator ()
          b0:
            _0 = yield 1 then b1 else b5
          b1:
            _1.got = _0
            goto b2
          b2:
            _2 = ?done()
            _4 = ?g()
            _5 = yield _4 then b3 else b4
          b3:
            return
          b4:
            raise
          b5:
            _3 = ?done()
            raise
        ",
    );
}

#[test]
fn await_is_the_value_itself() {
    check(
        r"
        async def f(x):
            y = await x.read()
            return await y
        ",
        r"
        #0 <module> TopLevel ()
          b0:
            return
        #1 f Function async (_0 x)
          b0:
            _1 = _0.x.read()
            _2.y = _1
            return _2.y
        ",
    );
}

#[test]
fn a_function_without_end_or_early_return_returns_nothing() {
    check(
        r"
        def f(x):
            if x:
                return 1
            return
            dead()
        ",
        r"
        #0 <module> TopLevel ()
          b0:
            return
        #1 f Function (_0 x)
          b0:
            if _0.x b1 else b2
          b1:
            return 1
          b2:
            return
        ",
    );
}
