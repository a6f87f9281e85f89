//! Classes: bases, fields, methods, receivers.

use crate::check;

#[test]
fn attributes_and_declared_attributes_are_fields() {
    check(
        r#"
        @dataclass
        class C(Base, Generic[T], metaclass=M):
            path: Path
            mode: str = "w"
            suffix = ".tmp"
            def __init__(self, file):
                self.file: IO[str] = file
                self.mode: str = file
            class Inner(pkg.Base):
                def f(self): ...
        "#,
        r#"
        Class C.Inner : [?pkg.Base] {  }
        Class C : [?Base, ?Generic<?T>] { path, mode, suffix, file }
        impl self.C.Inner { f=#2 }
        impl self.C { __init__=#1 }
        #0 <module> TopLevel ()
          b0:
            _0.mode = "w"
            _1.suffix = ".tmp"
            return
        #1 C.__init__ Method (_0 self, _1 file)
          b0:
            _0.self -> file = _1.file
            _0.self -> mode = _1.file
            return
        #2 C.Inner.f Method (_0 self)
          b0:
            return
        "#,
    );
}

#[test]
fn properties_static_and_class_methods_are_marked() {
    check(
        r#"
        class C:
            @property
            def path(self): return self.base / "x"
            @path.setter
            def path(self, value): self.base = value
            @functools.cached_property
            def tmp(self): return self.path
            @staticmethod
            def make(path): return C(path)
            @classmethod
            def load(cls, path): return cls(path)
            def again(self): return self.__class__(1), type(self)(2), type(self).load(3)
        "#,
        r#"
        Class C : [] {  }
        impl self.C { path=#1, path.setter=#2, tmp=#3, make=#4, load=#5, again=#6 }
        #0 <module> TopLevel ()
          b0:
            return
        #1 C.path Method (_0 self)
          b0:
            _1 = _0.self -> base
            _2 = _1.__truediv__("x")
            return _2
        #2 C.path Method (_0 self, _1 value)
          b0:
            _0.self -> base = _1.value
            return
        #3 C.tmp Method (_0 self)
          b0:
            _1 = _0.self -> path
            return _1
        #4 C.make Method (_0 path)
          b0:
            _1 = self.C(_0.path)
            return _1
        #5 C.load Method (_0 cls, _1 path)
          b0:
            _2 = self.C(_1.path)
            return _2
        #6 C.again Method (_0 self)
          b0:
            _1 = self.C(1)
            _2 = self.C(2)
            _3 = self.C.load(3)
            _4 = { 0: _1; 1: _2; 2: _3; }
            return _4
        "#,
    );
}

#[test]
fn super_calls_the_first_base_with_the_receiver() {
    check(
        r"
        class C(pkg.Base, Other):
            def f(self, x):
                super().f(x)
                super(C, self).f(x)
                super(C, x.g()).f(x)
        class D:
            def f(self):
                super().f()
        ",
        r"
        Class C : [?pkg.Base, ?Other] {  }
        Class D : [] {  }
        impl self.C { f=#1 }
        impl self.D { f=#2 }
        #0 <module> TopLevel ()
          b0:
            return
        #1 C.f Method (_0 self, _1 x)
          b0:
            _2 = ?pkg.Base.f(_0.self, _1.x)
            _3 = ?pkg.Base.f(_0.self, _1.x)
            _4 = _1.x.g()
            _5 = ?super(<self.C>, _4)
            _6 = _5.f(_1.x)
            return
        #2 D.f Method (_0 self)
          b0:
            _1 = ?object.f(_0.self)
            return
        ",
    );
}

#[test]
fn a_class_in_a_function_is_named_below_it() {
    check(
        r"
        def f(base):
            class W(base):
                def write(self): return base
            return W()
        ",
        r"
        Class f.W : [?base] {  }
        impl self.f.W { write=#2 }
        #0 <module> TopLevel ()
          b0:
            return
        #1 f Function (_0 base)
          b0:
            _1 = self.f.W()
            return _1
        #2 f.W.write Method (_0 self) [_1 = outer _0]
          b0:
            return _1.base
        ",
    );
}

#[test]
fn methods_of_test_cases_and_fixtures_run_only_under_test() {
    check(
        r"
        class T(unittest.TestCase):
            def test_a(self):
                def inner(): ...
        class U:
            def test_a(self): ...
        @pytest.fixture()
        def tree(): ...
        def test_b(): ...
        ",
        r"
        Class T : [?unittest.TestCase] {  }
        Class U : [] {  }
        impl self.T { test_a=#1 }
        impl self.U { test_a=#3 }
        #0 <module> TopLevel ()
          b0:
            return
        #1 T.test_a Method test (_0 self)
          b0:
            _1.inner = closure #2
            return
        #2 T.test_a.inner Closure(BodyId(1)) test ()
          b0:
            return
        #3 U.test_a Method (_0 self)
          b0:
            return
        #4 tree Function test ()
          b0:
            return
        #5 test_b Function ()
          b0:
            return
        ",
    );
}

#[test]
fn methods_are_items_of_the_class_body() {
    check(
        r"
        class C:
            def get(self): ...
            path = property(get)
        ",
        r"
        Class C : [] { path }
        impl self.C { get=#1 }
        #0 <module> TopLevel ()
          b0:
            _0 = ?property(<self.C.get>)
            _1.path = _0
            return
        #1 C.get Method (_0 self)
          b0:
            return
        ",
    );
}
