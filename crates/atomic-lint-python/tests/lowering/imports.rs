//! Imports: what is bound, to what, and where.

use crate::check;

#[test]
fn dotted_aliased_relative_and_star_imports_are_recorded() {
    check(
        r"
        import a.b, c.d as e
        from x.y import z, w as v
        from . import near
        from ..up import far as f
        from pkg import *
        from . import *
        e.run(a.b.run, z, v, near.x, f)
        ",
        r"
        pub import a = a
        pub import e = c.d
        pub import z = x.y.z
        pub import v = x.y.w
        pub import near = super1.near
        pub import f = super2.up.far
        glob pkg
        glob super1.__init__
        #0 <module> TopLevel ()
          b0:
            _0 = c.d.run(<a.b.run>, <x.y.z>, <x.y.w>, <super1.near.x>, <super2.up.far>)
            return
        ",
    );
}

#[test]
fn the_first_of_two_alternative_imports_is_what_a_name_means() {
    check(
        r"
        try:
            import ujson as json
        except ImportError:
            import json
        json.dump(1)
        ",
        r"
        pub import json = ujson
        pub import json = json
        #0 <module> TopLevel ()
          b0:
            branch b3 b1
          b1:
            branch b2 b5
          b2:
            if ? b3 else b4
          b3:
            _0 = ujson.dump(1)
            return
          b4:
            raise
          b5:
            raise
        ",
    );
}

#[test]
fn an_import_in_a_function_is_seen_there_only() {
    check(
        r#"
        def f():
            import os.path as p
            p.join("a", "b")
        p.join("a", "b")
        "#,
        r#"
        #0 <module> TopLevel ()
          b0:
            _0 = ?p.join("a", "b")
            return
        #1 f Function ()
          b0:
            _0 = os.path.join("a", "b")
            return
        "#,
    );
}

#[test]
fn an_import_in_a_class_body_is_a_name_of_that_body() {
    check(
        r#"
        class C:
            from os import sep
            path = "a" + sep
        "#,
        r#"
        Class C : [] { path }
        impl self.C {  }
        #0 <module> TopLevel ()
          b0:
            _0 = concat("a", <os.sep>)
            _1.path = _0
            return
        "#,
    );
}
