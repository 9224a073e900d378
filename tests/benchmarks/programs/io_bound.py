"""Answers of a slow device. Planted: the program waits in `receive`."""

import socket
import threading
import time

import numpy as np


def serve(end: socket.socket) -> None:
    for _ in range(60):
        time.sleep(0.03)
        end.send(b"x" * 800)


def receive(end: socket.socket) -> list[np.ndarray]:
    return [np.frombuffer(end.recv(800), dtype=np.uint8) for _ in range(60)]


def work(answers: list[np.ndarray]) -> float:
    return float(sum(np.linalg.norm(each) for each in answers for _ in range(50)))


if __name__ == "__main__":
    ours, theirs = socket.socketpair()
    threading.Thread(target=serve, args=(theirs,), daemon=True).start()
    print(work(receive(ours)) > 0)
