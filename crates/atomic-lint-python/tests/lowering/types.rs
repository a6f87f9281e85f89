//! Declared types.

use crate::check;

#[test]
fn optional_union_and_string_annotations_are_their_first_type() {
    check(
        r#"
        from pathlib import Path
        from typing import Optional, Union, IO
        def f(a: Optional[Path], b: Path | None, c: "Path", d: Union[None, str, Path], e: IO[str], f: tuple[int, Path],
              g: Callable[[int], Path], h: Annotated[Path, 1], i: None | dict[str, list[Path]], j: "Optional['Path']",
              k: Literal["w"], l: ...): ...
        "#,
        r#"
        pub import Path = pathlib.Path
        pub import Optional = typing.Optional
        pub import Union = typing.Union
        pub import IO = typing.IO
        #0 <module> TopLevel ()
          b0:
            return
        #1 f Function (_0 a: pathlib.Path, _1 b: pathlib.Path, _2 c: pathlib.Path, _3 d: ?str, _4 e: typing.IO<?str>, _5 f: ?(tuple)<?int, pathlib.Path>, _6 g: ?(fn)<pathlib.Path>, _7 h: pathlib.Path, _8 i: ?dict<?str, ?list<pathlib.Path>>, _9 j: pathlib.Path, _10 k: ?Literal, _11 l)
          b0:
            return
        "#,
    );
}

#[test]
fn annotated_variables_have_their_type() {
    check(
        r#"
        def f():
            p: Path = g()
            q: "C"
        class C: ...
        type Alias = C | None
        "#,
        r#"
        Class C : [] {  }
        Alias Alias : [self.C] {  }
        impl self.C {  }
        #0 <module> TopLevel ()
          b0:
            return
        #1 f Function ()
          b0:
            _0 = ?g()
            _1.p = _0
            return
        "#,
    );
}
