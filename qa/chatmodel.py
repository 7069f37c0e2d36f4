"""The one place where a language model is called: LangChain's init_chat_model, imported only when one was chosen.

Every failure leaves as a ModelError. `retryable` ones (time-out, rate limit, server error, a stream that breaks) are
the caller's to survive; the others (no such provider, no key, no such model) are the user's to mend.
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Protocol

from domain.errors import CallError, ModelError

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

ATTEMPTS = 2
PAUSE = 1.0
"""Seconds between the two attempts; a server that asks for more (Retry-After) gets up to LONGEST_PAUSE."""
LONGEST_PAUSE = 10.0
LOADED_LATE = {"openai": "openai.resources.beta.beta"}
"""What a provider's package imports only at its first request (some 690 modules, seconds on a cold disk): it is
imported before the clock of a reply starts, for it is not the model that is slow."""
MAX_CHARACTERS = 60_000
"""A reply is read no further than this: a model that never stops is stopped."""

CLAIMS_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "claims": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "text": {"type": "string"},
                    "passages": {"type": "array", "items": {"type": "string"}},
                },
                "required": ["text", "passages"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["claims"],
    "additionalProperties": False,
}
STEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"stem": {"type": "string"}},
    "required": ["stem"],
    "additionalProperties": False,
}


class Asker(Protocol):
    """Something that answers a system and a user message with text, or raises ModelError."""

    def __call__(self, system: str, user: str, *, schema: dict[str, Any] | None = None) -> str:
        """The reply's text; it may be empty or malformed, whatever JSON `schema` asked for."""
        ...


def asker(name: str, *, timeout: float, model: BaseChatModel | None = None) -> Asker:
    """An asker for `name` ("openai:gpt-4o"); `model` is a LangChain chat model of the user's own, used as it is.

    `timeout` is in seconds, for one whole reply. Raises CallError when no provider is named, ModelError when its
    package or its key is absent.
    """
    provider = name.partition(":")[0] if model is None else ""
    chat = model if model is not None else _chat_model(name, timeout)

    def ask(system: str, user: str, *, schema: dict[str, Any] | None = None) -> str:
        shape = _shape(provider, schema) if schema is not None else {}
        deadline = time.monotonic() + timeout
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return _whole_reply(_stream(chat, system, user, shape), name, deadline)
            except ModelError as failure:
                rejected = _status(failure.__cause__) in {400, 422}
                if rejected and shape:
                    shape = {}  # a server that does not know structured output: the words of the prompt must do
                    continue
                pause = min(LONGEST_PAUSE, max(PAUSE, _asked_pause(failure.__cause__)))
                if not failure.retryable or attempt == ATTEMPTS or time.monotonic() + pause >= deadline:
                    raise
                time.sleep(pause)
        raise ModelError(f"{name} rejected the request. Choose another model.")

    return ask


def _shape(provider: str, schema: dict[str, Any]) -> dict[str, Any]:
    """How each provider is told the form of the reply; the others are told in words alone."""
    if provider == "openai":
        form = {"type": "json_schema", "json_schema": {"name": "reply", "strict": True, "schema": schema}}
        return {"response_format": form}
    return {"format": schema} if provider == "ollama" else {}


def _chat_model(name: str, timeout: float) -> BaseChatModel:
    from langchain.chat_models import init_chat_model

    provider, colon, rest = name.partition(":")
    if not colon or not provider or not rest:
        raise CallError(f"--llm {name!r}: name the provider too, as in ollama:llama3 or openai:gpt-4o.")
    waits: dict[str, dict[str, Any]] = {
        "ollama": {"client_kwargs": {"timeout": timeout}, "temperature": 0, "seed": 0},
        "openai": {"timeout": timeout, "max_retries": 0},
        "anthropic": {"timeout": timeout, "max_retries": 0},
        "huggingface": {},
    }
    try:
        model: BaseChatModel = init_chat_model(name, **waits.get(provider, {"timeout": timeout}))
        if provider in LOADED_LATE:
            with suppress(ImportError):  # another release may keep it elsewhere
                importlib.import_module(LOADED_LATE[provider])
        return model
    except ImportError as error:
        raise ModelError(f"--llm {name}: {_line(error)}. Or: pip install 'chordae[{provider}]'.") from error
    except Exception as error:  # providers raise their own classes for a missing key or a bad option
        if "provider" in str(error) and isinstance(error, ValueError):
            raise CallError(
                f"--llm {name!r}: LangChain knows no provider {provider!r}. Try ollama:… or openai:…."
            ) from error
        raise ModelError(f"--llm {name}: the model cannot be set up ({_line(error)}).") from error


def _stream(chat: BaseChatModel, system: str, user: str, shape: dict[str, Any]) -> Iterator[str]:
    from langchain_core.messages import HumanMessage, SystemMessage
    from langsmith import tracing_context

    with tracing_context(enabled=False):  # no host but the chosen one, whatever the environment says
        for chunk in chat.stream([SystemMessage(system), HumanMessage(user)], **shape):
            yield chunk.text if isinstance(chunk.text, str) else str(chunk.text)


def _whole_reply(stream: Iterator[str], name: str, deadline: float) -> str:
    parts: list[str] = []
    length = 0
    try:
        for part in stream:
            parts.append(part)
            length += len(part)
            if length > MAX_CHARACTERS:
                break
            if time.monotonic() > deadline:
                raise TimeoutError("the reply took too long")
    except Exception as error:  # every provider has its own tree; what matters is read off below
        raise _failure(name, error) from error
    return "".join(parts)


def _failure(name: str, error: Exception) -> ModelError:
    status = _status(error)
    kinds = " ".join(cls.__name__ for cls in type(error).__mro__)
    if status in {401, 403}:
        return ModelError(f"{name} refused the key. Check the provider's key in the environment.")
    if status == 404:
        return ModelError(f"{name}: the provider has no such model, or not at that address.")
    if status == 429:
        return ModelError(f"{name} is rate limited. Wait a little, then ask again.", retryable=True)
    if status is not None and (status >= 500 or status in {408, 409, 425}):
        return ModelError(f"{name} failed on its side (HTTP {status}). Ask again later.", retryable=True)
    if status is not None and status >= 400:
        return ModelError(f"{name} rejected the request (HTTP {status}: {_line(error)}).")
    if "Timeout" in kinds:
        return ModelError(f"{name} did not answer in time. Raise CHORDAE_LLM_TIMEOUT, or ask again.", retryable=True)
    if "Connect" in kinds:
        return ModelError(f"{name} cannot be reached ({_line(error)}). Is its server running?", retryable=True)
    return ModelError(f"{name}: the reply broke off ({_line(error)}).", retryable=True)


def _status(error: BaseException | None) -> int | None:
    value = getattr(error, "status_code", None)
    return value if isinstance(value, int) and value > 0 else None


def _asked_pause(error: BaseException | None) -> float:
    headers = getattr(getattr(error, "response", None), "headers", None)
    try:
        return float(headers["retry-after"]) if headers is not None else 0.0
    except (KeyError, TypeError, ValueError):
        return 0.0


def _line(error: BaseException) -> str:
    """The first line of a message, cut: some providers put whole pages into theirs."""
    text = (str(error).strip() or type(error).__name__).splitlines()[0]
    return text[:200].rstrip(". ")
