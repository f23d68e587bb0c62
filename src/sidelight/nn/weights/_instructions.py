"""The instructions of a PyTorch file, carried out without Python's unpickler.

A `.pth` file holds names and shapes as a pickle, which is a program. `pickletools`
takes it apart and runs nothing. Of its instructions the few that a dictionary of
tensors needs are carried out here, on values of our own; any other is refused. No name
in the file is imported or called.
"""

from __future__ import annotations

import pickletools
from dataclasses import dataclass, field
from typing import Any, BinaryIO

# What PyTorch calls a kind of storage, and NumPy's name for its numbers.
DTYPES = {
    "torch FloatStorage": "<f4",
    "torch DoubleStorage": "<f8",
    "torch HalfStorage": "<f2",
    "torch LongStorage": "<i8",
    "torch IntStorage": "<i4",
}
DICT = "collections OrderedDict"
TENSOR = "torch._utils _rebuild_tensor_v2"
PARAMETER = "torch._utils _rebuild_parameter"

CONSTANTS = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False, "EMPTY_TUPLE": ()}
LITERALS = {"BININT", "BININT1", "BININT2", "LONG1", "BINUNICODE", "SHORT_BINUNICODE"}
PUTS, GETS = {"BINPUT", "LONG_BINPUT"}, {"BINGET", "LONG_BINGET"}
TUPLES = {"TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}


class RefusedError(ValueError):
    """The file asks for something that tensors in a dictionary do not need."""


@dataclass(frozen=True)
class Storage:
    """A run of numbers in the file: its key, NumPy dtype and how many there are."""

    key: str
    dtype: str
    count: int


@dataclass(frozen=True)
class Tensor:
    """A view of a storage; offset and strides count numbers, not bytes."""

    storage: Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


@dataclass(frozen=True)
class _Name:
    name: str


_MARK = object()


def interpret(stream: BinaryIO) -> Any:
    """Carry out one pickle and leave the stream behind it.

    Args:
        stream: At the first byte of the pickle.

    Returns:
        Numbers, texts, tuples, lists, dictionaries and `Tensor`s, nested.

    Raises:
        RefusedError: If it holds anything else, or is no pickle.
    """
    machine = _Machine()
    try:
        for opcode, argument, _ in pickletools.genops(stream):
            if opcode.name == "STOP":
                return machine.pop()
            machine.step(opcode.name, argument)
    except RefusedError:
        raise
    except (ValueError, IndexError, KeyError, TypeError, AttributeError) as error:
        message = "its list of tensors is damaged"
        raise RefusedError(message) from error
    message = "its list of tensors ends too early"
    raise RefusedError(message)


@dataclass
class _Machine:
    stack: list[Any] = field(default_factory=list)
    memo: dict[int, Any] = field(default_factory=dict)

    def pop(self) -> Any:
        return self.stack.pop()

    def step(self, name: str, argument: Any) -> None:
        """Carry out one instruction."""
        if name in CONSTANTS:
            self.stack.append(CONSTANTS[name])
        elif name in LITERALS:
            self.stack.append(argument)
        elif name in PUTS:
            self.memo[argument] = self.stack[-1]
        elif name in GETS:
            self.stack.append(self.memo[argument])
        elif name in TUPLES:
            taken = [self.pop() for _ in range(TUPLES[name])]
            self.stack.append(tuple(reversed(taken)))
        elif name != "PROTO":
            self._build(name, argument)

    def _build(self, name: str, argument: Any) -> None:
        match name:
            case "MARK":
                self.stack.append(_MARK)
            case "EMPTY_DICT":
                self.stack.append({})
            case "EMPTY_LIST":
                self.stack.append([])
            case "TUPLE":
                self.stack.append(tuple(self._since_mark()))
            case "APPEND":
                self._extend([self.pop()])
            case "APPENDS":
                self._extend(self._since_mark())
            case "SETITEM":
                value, key = self.pop(), self.pop()
                self._set([key, value])
            case "SETITEMS":
                self._set(self._since_mark())
            case "GLOBAL":
                self.stack.append(_known(argument))
            case "BINPERSID":
                self.stack.append(_storage(self.pop()))
            case "REDUCE":
                arguments, function = self.pop(), self.pop()
                self.stack.append(_made(function, arguments))
            case "BUILD":
                self.pop()  # attributes of the dictionary, such as its version
            case _:
                message = f"it holds the instruction {name}"
                raise RefusedError(message)

    def _since_mark(self) -> list[Any]:
        place = len(self.stack) - 1
        while self.stack[place] is not _MARK:
            place -= 1
            if place < 0:
                raise IndexError
        items = self.stack[place + 1 :]
        del self.stack[place:]
        return items

    def _extend(self, items: list[Any]) -> None:
        if not isinstance(self.stack[-1], list):
            raise TypeError
        self.stack[-1].extend(items)

    def _set(self, items: list[Any]) -> None:
        if not isinstance(self.stack[-1], dict):
            raise TypeError
        self.stack[-1].update(zip(items[::2], items[1::2], strict=True))


def _known(name: str) -> _Name:
    if name not in {*DTYPES, DICT, TENSOR, PARAMETER}:
        message = f"it asks for {name.replace(' ', '.')!r}"
        raise RefusedError(message)
    return _Name(name)


def _made(function: Any, arguments: Any) -> Any:
    """Return what one of the three known functions would give."""
    if function == _Name(DICT) and arguments == ():
        return {}
    if function == _Name(PARAMETER) and isinstance(arguments[0], Tensor):
        return arguments[0]
    if function == _Name(TENSOR) and isinstance(arguments[0], Storage):
        storage, offset, shape, strides = arguments[:4]
        _check_counts(offset, *shape, *strides)
        if len(shape) != len(strides):
            raise ValueError
        return Tensor(storage, offset, shape, strides)
    message = "it calls something with arguments that do not fit"
    raise RefusedError(message)


def _storage(reference: Any) -> Storage:
    word, kind, key, _device, count = reference[:5]
    if word != "storage" or not isinstance(kind, _Name) or not isinstance(key, str):
        raise ValueError
    _check_counts(count)
    return Storage(key, DTYPES[kind.name], count)


def _check_counts(*numbers: Any) -> None:
    for number in numbers:
        if type(number) is not int or number < 0:
            raise ValueError
