"""Which implementation runs: the compiled one where it is installed, else the one in Python.

The environment variable CRASHSAFE_IMPLEMENTATION asks for a certain one: compiled, pure, or portable, which is the pure
one with what it does on systems other than Linux.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

_asked = os.environ.get("CRASHSAFE_IMPLEMENTATION", "")

if TYPE_CHECKING or _asked in ("pure", "portable"):
    from . import _pure as engine
elif _asked == "compiled":
    from . import _crashsafe as engine
elif _asked:
    raise ImportError(f"CRASHSAFE_IMPLEMENTATION is none of compiled, pure, portable: {_asked!r}")
else:
    try:
        from . import _crashsafe as engine
    except ImportError:
        from . import _pure as engine

__all__ = ["engine"]
