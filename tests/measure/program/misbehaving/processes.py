"""Programs of several processes or threads."""

from tests.measure.program.misbehaving.files import Files

PROCESSES: dict[str, Files] = {
    "fork without exec": {
        "main.py": """\
import os, sys
pid = os.fork()
if not pid:
    print('child')
    sys.stdout.flush()
    os._exit(4)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
""",
    },
    "daemon threads": {
        "main.py": """\
import threading, time
threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
print([t.name for t in threading.enumerate()], threading.active_count())
""",
    },
    "threads that go on": {
        "main.py": """\
import threading, time


def late():
    time.sleep(0.1)
    print('late')


threading.Thread(target=late).start()
print('main done')
""",
    },
    "spawned process": {
        "main.py": """\
import multiprocessing as m, sys


def f(x):
    return x * x, __name__, sys.argv


if __name__ == '__main__':
    with m.get_context('spawn').Pool(1) as pool:
        print(pool.map(f, [3]))
""",
    },
    "forked process": {
        "main.py": """\
import multiprocessing as m


def f(x):
    return x * x, __name__


if __name__ == '__main__':
    with m.get_context('fork').Pool(1) as pool:
        print(pool.map(f, [3]))
""",
    },
    "own subprocess": {
        "main.py": """\
import subprocess, sys
code = 'import sys; print(sys.path[0], sys.flags.safe_path); sys.exit(5)'
print(subprocess.run([sys.executable, '-c', code], capture_output=True, text=True))
""",
    },
    "asyncio": {
        "main.py": """\
import asyncio


async def f(n):
    await asyncio.sleep(0.01 * n)
    return n


async def main():
    print(await asyncio.gather(*map(f, range(3))))


asyncio.run(main())
""",
    },
    "a daemon of its own": {
        "main.py": """\
import os, sys, time
if not os.fork():
    os.setsid()
    if os.fork():
        os._exit(0)
    os.chdir('/')
    time.sleep(0.4)
    os.write(1, b'late')
    os._exit(0)
os.wait()
print('gone', flush=True)
""",
    },
    "a child that is left behind": {
        "main.py": """\
import subprocess, sys
code = 'import time; time.sleep(0.4); print("late")'
subprocess.Popen([sys.executable, '-c', code])
print('gone')
""",
    },
    "objects of main that are pickled": {
        "main.py": """\
import multiprocessing as m, pickle


class A:
    def __init__(self, x):
        self.x = x


def f(a):
    return A(a.x + 1)


if __name__ == '__main__':
    print(pickle.loads(pickle.dumps(A(3))).x, A.__module__)
    with m.get_context('spawn').Pool(1) as pool:
        print(pool.map(f, [A(3)])[0].x)
""",
    },
    "no environment": {
        "main.py": """\
import os, subprocess, sys
os.environ.clear()
print(subprocess.run([sys.executable, '-c', 'print(1)'], capture_output=True).stdout)
""",
    },
    "a session of its own": {
        "main.py": """\
import os
print(os.getpgrp() == os.getpid())
if not os.fork():
    os.setsid()
    print(os.getsid(0) == os.getpid(), flush=True)
    os._exit(0)
os.wait()
""",
    },
    "a pool of spawned workers": {
        "main.py": """\
import multiprocessing as mp, os
class C:
    def __init__(self, x): self.x = x
def f(c): return C(c.x * 2)
if __name__ == '__main__':
    with mp.get_context('spawn').Pool(2) as p:
        print([c.x for c in p.map(f, [C(i) for i in range(5)])])
""",
    },
    "ends its group": {
        "main.py": """\
import os, signal, time
os.setpgrp()
if os.fork() == 0:
    time.sleep(60)
print('both go', flush=True)
os.killpg(0, signal.SIGTERM)
""",
    },
    "shared memory": {
        "main.py": """\
import multiprocessing as mp, numpy as np
from multiprocessing import shared_memory
def fill(name, lock, total, k):
    m = shared_memory.SharedMemory(name=name)
    a = np.ndarray((1000,), dtype=np.int64, buffer=m.buf)
    for i in range(k, 1000, 2):
        with lock: a[i] = i; total.value += 1
    del a; m.close()
if __name__ == '__main__':
    m = shared_memory.SharedMemory(create=True, size=8000)
    lock, total = mp.Lock(), mp.Value('i', 0)
    ps = [mp.Process(target=fill, args=(m.name, lock, total, k)) for k in (0, 1)]
    [p.start() for p in ps]; [p.join() for p in ps]
    a = np.ndarray((1000,), dtype=np.int64, buffer=m.buf)
    print(a.sum(), total.value, [p.exitcode for p in ps]); del a
    m.close(); m.unlink()
""",
    },
    "asyncio subprocesses": {
        "main.py": """\
import asyncio, sys, signal
async def one(n):
    code, pipe = f'import sys; print(input()*{n}); sys.exit({n})', asyncio.subprocess.PIPE
    p = await asyncio.create_subprocess_exec(
        sys.executable, '-c', code, stdin=pipe, stdout=pipe
    )
    out, _ = await p.communicate(b'ab\\n')
    return out, p.returncode
async def main():
    loop = asyncio.get_running_loop(); got = asyncio.Event()
    loop.add_signal_handler(signal.SIGUSR1, got.set)
    import os; os.kill(os.getpid(), signal.SIGUSR1)
    await asyncio.wait_for(got.wait(), 5)
    p = await asyncio.create_subprocess_shell('sleep 30'); p.kill()
    print(await p.wait())
    return await asyncio.gather(*(one(i) for i in range(3)))
print(asyncio.run(main()))
""",
    },
}
