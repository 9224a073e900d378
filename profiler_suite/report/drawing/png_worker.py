"""Draws pictures as PNG, in a process of its own where there is a core for it."""

import contextlib
import io
import pickle
import struct
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, BinaryIO, Self

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from profiler_suite import child
from profiler_suite.errors import ChildError
from profiler_suite.machine import cores
from profiler_suite.report.drawing.chart import DPI, drawing_style
from profiler_suite.report.kinds import WRITER

_LENGTH = struct.Struct("<Q")


def png(figure: Figure) -> bytes:
    """The figure as a PNG without transparency."""
    with drawing_style():
        canvas: Any = FigureCanvasAgg(figure)  # its methods have no types
        canvas.draw()
    image = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
    buffer = io.BytesIO()
    about = PngInfo()
    about.add_text("Software", WRITER)
    image.save(buffer, "png", dpi=(DPI, DPI), pnginfo=about)
    return buffer.getvalue()


class Press:
    """Draws figures as PNG while the caller does something else.

    A second process draws them in their order. What it has not begun when it is asked
    for is drawn here, so ask for the last ones first; and so is everything where there
    is but one core, or where the process ended.
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        # Sending waits while the pipe is full: the next order is on its way, no more.
        self._sender = ThreadPoolExecutor(max_workers=1)
        self._receiver = ThreadPoolExecutor(max_workers=1)
        if cores.cores_allowed(cores.affinity_cpus(), cores.quota_cores()) > 1:
            with contextlib.suppress(ChildError):
                self._process = child.start(
                    "profiler_suite.report.drawing.png_worker", stderr=subprocess.DEVNULL
                )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        if self._process is not None:
            child.end(self._process)
        self._sender.shutdown(cancel_futures=True)
        self._receiver.shutdown(cancel_futures=True)
        if self._process is not None:
            child.close(self._process)

    def take(self, figure: Figure) -> Callable[[], bytes]:
        """Begin to draw a figure; what is returned waits for its PNG."""
        if self._process is None:
            return lambda: png(figure)
        order = pickle.dumps(figure, protocol=pickle.HIGHEST_PROTOCOL)
        sent = self._sender.submit(_send, self._process.stdin, order)
        drawn = self._receiver.submit(_answer, sent, self._process.stdout)
        return lambda: _collect(sent, drawn, figure)


def _collect(sent: Future[None], drawn: Future[bytes], figure: Figure) -> bytes:
    if sent.cancel():
        return png(figure)
    try:
        return drawn.result()
    except (OSError, EOFError):
        return png(figure)


def _answer(sent: Future[None], pipe: Any) -> bytes:
    """Answers come in the order of the orders; CancelledError where there was none."""
    sent.result()
    return _receive(pipe)


def _send(pipe: Any, message: bytes) -> None:
    pipe.write(_LENGTH.pack(len(message)))
    pipe.write(message)
    pipe.flush()


def _receive(pipe: Any) -> bytes:
    """The next message; EOFError when there is none, or only a part of one."""
    head = pipe.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        raise EOFError
    (length,) = _LENGTH.unpack(head)
    message: bytes = pipe.read(length)
    if len(message) < length:
        raise EOFError
    return message


def serve(orders: BinaryIO, answers: BinaryIO) -> None:
    """In the second process: draw figures until no more come.

    They are unpickled: they come from the parent's memory, never from a file.
    """
    while True:
        try:
            order = _receive(orders)
        except EOFError:
            return
        _send(answers, png(pickle.loads(order)))


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
