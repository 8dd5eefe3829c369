"""The one place where compilation policy is decided: what is cached, what is announced, what is typed.

A kernel is a plain function on contiguous arrays with one written-down signature. It is compiled at its first
call (nothing happens on import), kept in numba's cache beside the source or in the user's cache folder, and
never compiled for a second set of types: an argument of another type is a programming error and raises.

The cache notices a change of the kernel's own file only. After editing what kernels of other files use
(`lanes.py`, `heap.py`, the helpers of `bounded.py`, a constant) delete `__pycache__/*.nb?`, or the old code
keeps running.
"""

from __future__ import annotations

import importlib.util
import logging
import pickle
import sys
import threading
import time
from functools import cache, update_wrapper
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

import numba
from numba import types

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

R = TypeVar("R")

log = logging.getLogger(__name__)

OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy", "boundscheck": False, "fastmath": False}

b1, i1, i4, i8 = types.boolean, types.int8, types.int32, types.int64
u4, u8, f8 = types.uint32, types.uint64, types.float64
nothing = types.void


def reads(dtype: Any, ndim: int = 1) -> object:
    """Type of a contiguous array that a kernel only reads (read-only and memory-mapped arrays included).

    Parameters
    ----------
    dtype
        Numba type of an element, such as `i4`.
    ndim
        Number of dimensions.

    Returns
    -------
    object
        Numba type of the argument.

    Examples
    --------
    >>> str(reads(i4))
    'readonly array(int32, 1d, C)'
    """
    return types.Array(dtype, ndim, "C", readonly=True)


def writes(dtype: Any, ndim: int = 1) -> object:
    """Type of a contiguous array that a kernel may write to.

    Parameters
    ----------
    dtype
        Numba type of an element, such as `i4`.
    ndim
        Number of dimensions.

    Returns
    -------
    object
        Numba type of the argument.

    Examples
    --------
    >>> str(writes(i4, 2))
    'array(int32, 2d, C)'
    """
    return types.Array(dtype, ndim, "C")


def several(dtype: Any, count: int) -> object:
    """Type of `count` numbers returned together.

    Parameters
    ----------
    dtype
        Numba type of each number.
    count
        How many there are.

    Returns
    -------
    object
        Numba type of the result.

    Examples
    --------
    >>> str(several(i8, 2))
    'UniTuple(int64 x 2)'
    """
    return types.UniTuple(dtype, count)  # type: ignore[no-untyped-call]


def tuple_of(kind: type[tuple[Any, ...]], *members: object) -> object:
    """Type of a named tuple, for kernels that would otherwise take a dozen arrays one by one.

    Parameters
    ----------
    kind
        The named tuple.
    members
        Type of each of its fields. Arrays that are only read have to come as `sealed`: numba takes any array
        for one that is only read where it is an argument itself, and not where it is in a tuple.

    Returns
    -------
    object
        Numba type of the argument.

    Examples
    --------
    >>> from typing import NamedTuple
    >>> class Span(NamedTuple):
    ...     first: int
    ...     last: int
    >>> str(tuple_of(Span, i8, f8))
    'Span(int64, float64)'
    """
    if len(set(members)) == 1:
        return types.NamedUniTuple(members[0], len(members), kind)  # type: ignore[no-untyped-call]
    return types.NamedTuple(members, kind)  # type: ignore[no-untyped-call]


def sealed(array: NDArray[Any]) -> NDArray[Any]:
    """Show an array as one that is only read.

    Parameters
    ----------
    array
        Any array; it stays as it is.

    Returns
    -------
    ndarray
        A view of the same numbers.

    Examples
    --------
    >>> import numpy as np
    >>> numbers = np.arange(3)
    >>> sealed(numbers).flags.writeable, numbers.flags.writeable
    (False, True)
    """
    view = array.view()
    view.flags.writeable = False
    return view


class _Announcement:
    """Says once per process that compilation has begun."""

    def __init__(self) -> None:
        self.listeners: list[Callable[[str], None]] = []
        self.made = False
        self.seconds = 0.0
        self.lock = threading.Lock()

    def make(self) -> None:
        if self.made:
            return
        self.made = True
        message = (
            "compiling the search kernels for this machine; this happens once and takes about ten seconds"
        )
        log.info(message)
        for listener in self.listeners:
            listener(message)


_announcement = _Announcement()


def when_compiling(listener: Callable[[str], None]) -> None:
    """Have `listener` called with one sentence when kernels have to be compiled, at most once per process.

    Nothing is said where the cache already holds them.

    Parameters
    ----------
    listener
        Takes the sentence; it is called in the thread that compiles.
    """
    _announcement.listeners.append(listener)


def compile_seconds() -> float:
    """Seconds this process has spent compiling kernels or loading them from the cache."""
    return _announcement.seconds


class Kernel(Generic[R]):
    """A function that is compiled for exactly one signature, at its first call; others raise TypeError."""

    def __init__(self, function: Callable[..., R], signature: object) -> None:
        update_wrapper(self, function)
        self._function = function
        self._signature = signature
        self._compiled: Callable[..., R] | None = None

    def __call__(self, *args: Any) -> R:
        """Run the compiled function."""
        compiled = self._compiled
        if compiled is None:
            compiled = self.prepare()
        return compiled(*args)

    def prepare(self) -> Callable[..., R]:
        """Compile, or load from the cache, without running."""
        with _announcement.lock:
            return self._prepare() if self._compiled is None else self._compiled

    def _prepare(self) -> Callable[..., R]:
        start = time.perf_counter()
        _spare_blas()
        dispatcher: Any = numba.njit(**OPTIONS)(self._function)
        try:
            dispatcher.enable_caching()
        except (RuntimeError, OSError) as error:  # no folder that can be written to
            log.info("compiled kernels cannot be kept: %s", error)
            _announcement.make()
        _outlive_renames(dispatcher)
        try:
            dispatcher.compile(self._signature)
        except OSError as error:  # the cache folder vanished or filled up in between
            log.info("compiled kernels cannot be kept: %s", error)
            dispatcher = numba.njit(**OPTIONS)(self._function)
            dispatcher.compile(self._signature)
        if dispatcher.stats.cache_misses:
            _announcement.make()
        dispatcher.disable_compile()
        self._compiled = cast("Callable[..., R]", dispatcher)
        _announcement.seconds += time.perf_counter() - start
        return self._compiled

    @property
    def signatures(self) -> list[object]:
        """The signatures compiled so far: none or one."""
        return [] if self._compiled is None else list(cast("Any", self._compiled).signatures)


def kernel(result: Any, *arguments: object) -> Callable[[Callable[..., R]], Kernel[R]]:
    """Make a function a kernel with the given types.

    Parameters
    ----------
    result
        Type of what it returns; `nothing` where it only writes into its arguments.
    arguments
        Types of the arguments: scalars such as `i8`, arrays as `reads(i4)` or `writes(i4)`.

    Returns
    -------
    callable
        Decorator; what it returns is compiled at the first call.
    """
    signature = result(*arguments)

    def decorate(function: Callable[..., R]) -> Kernel[R]:
        return Kernel(function, signature)

    return decorate


F = TypeVar("F", bound="Callable[..., Any]")


@cache
def _spare_blas() -> None:
    """Load numba's array functions without scipy's linear algebra, a tenth of the time a small scan takes.

    numba imports it only to know whether there is a BLAS. No kernel needs one; where other code of this
    process does, numba imports it then.
    """
    name = "scipy.linalg.cython_blas"
    if name in sys.modules or "numba.np.arraymath" in sys.modules:
        return
    sys.modules[name] = None  # type: ignore[assignment]  # not to be imported, as Python has it
    try:
        arraymath = importlib.import_module("numba.np.arraymath")
    finally:
        del sys.modules[name]
    arraymath._HAVE_BLAS = importlib.util.find_spec("scipy") is not None  # type: ignore[attr-defined]


def lazy_kernel(function: F) -> F:
    """Make a function a kernel whose types are those of its first call; other kernels may call it.

    For kernels outside the core, which take what their callers have. Compiled and cached like any other.

    Parameters
    ----------
    function
        Plain Python within what Numba compiles.

    Returns
    -------
    F
        Compiled at the first call, once per set of types.
    """
    dispatcher: Any = numba.njit(**OPTIONS)(function)
    try:
        dispatcher.enable_caching()
    except (RuntimeError, OSError) as error:  # no folder that can be written to
        log.info("compiled kernels cannot be kept: %s", error)
    else:
        _outlive_renames(dispatcher)
    return cast("F", dispatcher)


def _outlive_renames(dispatcher: Any) -> None:
    """Take a cache whose types no longer exist for an empty one.

    numba unpickles the types of all cached versions before it looks whether they are of this source. Named
    tuples among them that have been renamed since would end every call in an AttributeError.
    """
    file = getattr(getattr(dispatcher, "_cache", None), "_cache_file", None)
    load = getattr(file, "_load_index", None)
    if load is None:  # another numba keeps its cache elsewhere
        return

    def load_index() -> dict[object, str]:
        try:
            return cast("dict[object, str]", load())
        except (AttributeError, ImportError, EOFError, pickle.UnpicklingError) as error:
            log.info("cached kernels are not usable and are compiled again: %s", error)
            return {}

    cast("Any", file)._load_index = load_index


_BARE: dict[str, Any] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}  # only called by kernels


def helper(function: Callable[..., R]) -> Callable[..., R]:
    """Make a function one that kernels of the same file may call; it is compiled as part of them.

    Parameters
    ----------
    function
        Plain Python within what Numba compiles.

    Returns
    -------
    callable
        The same function, to be called by kernels only.
    """
    return cast("Callable[..., R]", numba.njit(**OPTIONS, **_BARE)(function))


def inlined(function: Callable[..., R]) -> Callable[..., R]:
    """Make a function a helper whose instructions are put in place of the call.

    For what is called in the hottest loop, where half a dozen arrays handed over cost more than it does, or
    what yields a number of which that loop gains by knowing the range.

    Parameters
    ----------
    function
        Plain Python within what Numba compiles.

    Returns
    -------
    callable
        The same function, to be called by kernels only.
    """
    return cast("Callable[..., R]", numba.njit(**OPTIONS, **_BARE, forceinline=True)(function))
