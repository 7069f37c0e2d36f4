"""YAML as a tree of words: every scalar as it is printed, so that 0.50 stays 0.50."""

from __future__ import annotations

from typing import Any

import yaml

MAX_DEPTH = 20
"""An evidence record nests four deep; what nests far deeper is an attack on the parser."""
_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


class NotTree(ValueError):
    """The text is not YAML of the plain kind: why, with its line where one is known."""


def yaml_tree(text: str) -> Any:
    """The one document in `text` as dicts, lists and strings; None for an empty text.

    Raises NotTree for broken YAML, aliases, a field that stands twice, several documents, and nesting beyond 20.
    """
    root: list[Any] = []
    open_nodes: list[list[Any] | _Fields] = []
    try:
        for event in yaml.parse(text, Loader=_Loader):
            if isinstance(event, yaml.AliasEvent):
                raise NotTree(f"line {_line(event)} uses a YAML alias (*{event.anchor})")
            if isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
                open_nodes.append(_Fields() if isinstance(event, yaml.MappingStartEvent) else [])
                if len(open_nodes) > MAX_DEPTH:
                    raise NotTree(f"line {_line(event)} is nested more than {MAX_DEPTH} deep")
            elif isinstance(event, yaml.ScalarEvent):
                _put(root, open_nodes, event.value, event)
            elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
                node = open_nodes.pop()
                _put(root, open_nodes, node.fields if isinstance(node, _Fields) else node, event)
    except yaml.YAMLError as error:
        raise NotTree(" ".join(str(error).split())) from None
    if len(root) > 1:
        raise NotTree("it holds several YAML documents")
    return root[0] if root else None


class _Fields:
    """A mapping that is being filled; `name` is the field whose value comes next."""

    def __init__(self) -> None:
        self.fields: dict[str, Any] = {}
        self.name: str | None = None


def _put(root: list[Any], open_nodes: list[Any], node: Any, event: Any) -> None:
    parent = open_nodes[-1] if open_nodes else root
    if isinstance(parent, list):
        parent.append(node)
    elif parent.name is not None:
        parent.fields[parent.name] = node
        parent.name = None
    elif not isinstance(node, str):
        raise NotTree(f"line {_line(event)} has a field name that is not a word")
    elif node in parent.fields:
        raise NotTree(f"the field {node!r} stands twice (line {_line(event)})")
    else:
        parent.name = node


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1
