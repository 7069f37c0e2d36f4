"""Dataclasses to plain JSON values and back, led by their own field types."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from functools import cache
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")


def encode(value: Any) -> Any:
    """A dataclass (or a tuple, mapping or plain value) as JSON takes it.

    A field that is None or empty is left out where the class has a default for it.
    """
    if is_dataclass(value) and not isinstance(value, type):
        pairs = [(field, getattr(value, field.name)) for field in fields(value) if field.init]
        return {field.name: encode(item) for field, item in pairs if _required(field) or item not in (None, (), {})}
    if isinstance(value, tuple | list):
        return [encode(item) for item in value]
    if isinstance(value, Mapping):
        return {key: encode(item) for key, item in value.items()}
    return value


def decode(cls: type[T], value: Mapping[str, Any]) -> T:
    """The dataclass `cls` from what `encode` made; a field that `cls` does not have (any more) is ignored."""
    hints = _hints(cast(Any, cls))
    return cls(**{name: _decode(hints[name], item) for name, item in value.items() if name in hints})


def _required(field: Field[Any]) -> bool:
    return field.default is MISSING and field.default_factory is MISSING


@cache
def _hints(cls: type) -> dict[str, Any]:
    hints = get_type_hints(cls)
    return {field.name: hints[field.name] for field in fields(cast(Any, cls)) if field.init}


def _decode(hint: Any, value: Any) -> Any:
    if value is None:
        return None
    origin = get_origin(hint)
    if origin is tuple:
        inner = get_args(hint)[0]
        return tuple(_decode(inner, item) for item in value)
    if origin in (Union, types.UnionType):
        inner = next(part for part in get_args(hint) if part is not type(None))
        return value if isinstance(value, str | int | float) else _decode(inner, value)
    if origin is not Literal and is_dataclass(hint):
        return decode(cast(Any, hint), value)
    return value
