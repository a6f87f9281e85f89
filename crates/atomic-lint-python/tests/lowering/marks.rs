//! What the dump does not show: kinds and defaults of parameters, decorators, flags, types of locals.

use crate::{body, unit};
use atomic_lint_ir::{Const, ParamKind, Path, Root};

#[test]
fn parameters_have_kinds_and_constant_defaults() {
    let unit = unit(
        r#"
        import os
        MODE = "w"
        def f(a, /, b=MODE, c=None, *rest, d=-1, e=os.sep, g=g(), h="x" "y", **more): ...
        "#,
    );
    let params = &body(&unit, "f").params;
    let kinds: Vec<ParamKind> = params.iter().map(|param| param.kind).collect();
    let [positional, keyword] = [ParamKind::Positional, ParamKind::Keyword];
    let expected = [positional, positional, positional, ParamKind::Rest, keyword, keyword, keyword, keyword];
    assert_eq!(kinds[..8], expected);
    assert_eq!(kinds[8], ParamKind::KeywordRest);
    let defaults: Vec<Option<Const>> = params.iter().map(|param| param.default.clone()).collect();
    let item = |root, segments: &[&str]| Some(Const::Item(Path::new(root, segments.iter().copied())));
    assert_eq!(defaults[1], item(Root::Module, &["MODE"]));
    assert_eq!(defaults[2], Some(Const::None));
    assert_eq!(defaults[4], Some(Const::Int(-1)));
    assert_eq!(defaults[5], item(Root::Absolute, &["os", "sep"]));
    assert_eq!(defaults[6], None, "a call is no constant");
    assert_eq!(defaults[7], Some(Const::Text("xy".into())));
}

#[test]
fn a_bare_star_makes_the_rest_keyword_only() {
    let unit = unit("def f(a, *, b): ...\n");
    let kinds: Vec<ParamKind> = body(&unit, "f").params.iter().map(|param| param.kind).collect();
    assert_eq!(kinds, [ParamKind::Positional, ParamKind::Keyword]);
}

#[test]
fn the_first_parameter_of_a_method_is_its_receiver_unless_it_is_static() {
    let unit = unit(
        r"
        class C:
            def f(me, x): ...
            @classmethod
            def g(cls): ...
            @staticmethod
            def h(x): ...
        ",
    );
    let first = |name| body(&unit, name).params[0].kind;
    assert_eq!([first("C.f"), first("C.g")], [ParamKind::Receiver, ParamKind::Receiver]);
    assert_eq!(first("C.h"), ParamKind::Positional);
    assert!(body(&unit, "C.h").is_static);
    assert!(!body(&unit, "C.g").is_static);
}

#[test]
fn properties_are_marked_and_their_setters_are_not() {
    let unit = unit(
        r"
        from functools import cached_property
        class C:
            @property
            def a(self): ...
            @a.setter
            def a(self, value): ...
            @cached_property
            def b(self): ...
        ",
    );
    let marks: Vec<bool> = unit.impls[0].methods.iter().map(|(_, id)| unit.bodies[id.0 as usize].property).collect();
    assert_eq!(marks, [true, false, true]);
}

#[test]
fn decorators_are_paths_outermost_first_without_arguments() {
    let unit = unit(
        r#"
        from contextlib import contextmanager as cm
        app = make()
        @app.route("/x")(1)
        @cm
        def f(): ...
        "#,
    );
    let expected =
        [Path::new(Root::Module, ["app", "route"]), Path::new(Root::Absolute, ["contextlib", "contextmanager"])];
    assert_eq!(body(&unit, "f").decorators, expected);
}

#[test]
fn an_overload_is_left_out() {
    let typing = unit("from typing import overload\n@overload\ndef f(a: int): ...\ndef f(a): return a\n");
    assert_eq!(typing.functions.len(), 1);
    assert_eq!(typing.bodies.len(), 2);
    let another = unit("from numba.extending import overload\n@overload(g)\ndef f(a): return a\n");
    assert_eq!(another.functions.len(), 1);
}

#[test]
fn variables_and_fields_have_their_declared_types() {
    let unit = unit(
        r#"
        from pathlib import Path
        def f():
            p: Path = g()
        class C:
            tmp: "Path | None" = None
            def __init__(self, x):
                self.path: Path = x
        "#,
    );
    let shown = |ty: &Option<atomic_lint_ir::Type>| ty.as_ref().map(ToString::to_string).unwrap_or_default();
    let local = body(&unit, "f").locals.iter().find(|local| local.name.as_deref() == Some("p")).unwrap();
    assert_eq!(shown(&local.ty), "pathlib.Path");
    let fields: Vec<(String, String, bool)> = unit.types[0]
        .fields
        .iter()
        .map(|field| (field.name.to_string(), shown(&field.ty), field.value.is_some()))
        .collect();
    let expected = [("tmp", "pathlib.Path", true), ("path", "pathlib.Path", false)];
    assert_eq!(fields, expected.map(|(name, ty, value)| (name.to_string(), ty.to_string(), value)));
}

#[test]
fn module_variables_are_globals_of_the_top_level() {
    let unit = unit("a = 1\nif x:\n    b = 2\ndef f():\n    global c\n    c = 3\n    d = 4\nc = None\n");
    let names: Vec<String> = unit.globals.iter().map(|global| global.name.join(".")).collect();
    assert_eq!(names, ["a", "b", "c"]);
}
