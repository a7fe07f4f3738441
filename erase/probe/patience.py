"""Asking what may never answer: a library that hangs, a drive that is dying. Each question has its own thread."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Mapping
from typing import TypeVar

_Answer = TypeVar("_Answer")
PATIENCE = 10.0  # seconds


def ask_all(questions: Mapping[str, Callable[[], _Answer]], patience: float = PATIENCE) -> dict[str, _Answer | BaseException]:
    """Each answer, or what went wrong instead: the exception, or TimeoutError. Who is silent is left behind."""
    boxes = {name: _start(name, question) for name, question in questions.items()}
    return {name: _wait(box, patience) for name, box in boxes.items()}


def _start(name: str, question: Callable[[], _Answer]) -> queue.Queue[_Answer | BaseException]:
    box: queue.Queue[_Answer | BaseException] = queue.Queue()

    def answer() -> None:
        try:
            box.put(question())
        except BaseException as error:  # a library may raise anything; some exit
            box.put(error)

    threading.Thread(target=answer, name=f"ask-{name}", daemon=True).start()
    return box


def _wait(box: queue.Queue[_Answer | BaseException], patience: float) -> _Answer | BaseException:
    try:
        return box.get(timeout=patience)
    except queue.Empty:
        return TimeoutError(f"no answer in {patience:g} s")
