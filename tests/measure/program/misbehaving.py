"""Programs that do what is hard to watch, small ones; each is a folder's files by name.

`main.py` is run. What it prints must not depend on process ids, times or addresses.
"""

Files = dict[str, str | bytes]
PROGRAMS: dict[str, Files] = {
    "exit code 3": {
        "main.py": """\
import sys
print('out')
sys.exit(3)
""",
    },
    "exit with a sentence": {
        "main.py": """\
import sys
sys.exit('no such thing')
""",
    },
    "exception": {
        "main.py": """\
def f():
    raise ValueError('x')


f()
""",
    },
    "chained exception": {
        "main.py": """\
try:
    1 / 0
except ZeroDivisionError as e:
    raise KeyError(1) from e
""",
    },
    "syntax error": {
        "main.py": """\
x = (
""",
    },
    "os._exit": {
        "main.py": """\
import os
print('in', flush=True)
os._exit(7)
""",
    },
    "kills itself": {
        "main.py": """\
import os, signal
os.kill(os.getpid(), signal.SIGKILL)
""",
    },
    "terminates itself": {
        "main.py": """\
import os, signal
os.kill(os.getpid(), signal.SIGTERM)
""",
    },
    "interrupts itself": {
        "main.py": """\
import os, signal
os.kill(os.getpid(), signal.SIGINT)
while True: pass
""",
    },
    "segmentation fault": {
        "main.py": """\
import os, resource, signal
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
os.kill(os.getpid(), signal.SIGSEGV)
""",
    },
    "recursion limit": {
        "main.py": """\
def f():
    return f()


f()
""",
    },
    "reads its input": {
        "main.py": """\
import sys
print(input())
print(sys.stdin.buffer.read()[::-1])
""",
    },
    "much output": {
        "main.py": """\
import sys
for _ in range(20):
    sys.stdout.write('y' * 10**6)
""",
    },
    "binary output": {
        "main.py": """\
import os
os.write(1, bytes(range(256)))
""",
    },
    "closed output": {
        "main.py": """\
import os, sys
os.close(1)
sys.stderr.write('still')
""",
    },
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
    "atexit": {
        "main.py": """\
import atexit, sys
atexit.register(print, 'first registered')
atexit.register(print, 'then')
sys.exit(2)
""",
    },
    "faulthandler": {
        "main.py": """\
import faulthandler, sys
print(faulthandler.is_enabled())
faulthandler.enable()
faulthandler.dump_traceback(file=sys.stderr)
""",
    },
    "own profiler": {
        "main.py": """\
import sys
print(sys.getprofile())
seen = []
sys.setprofile(lambda f, e, a: seen.append((f.f_code.co_name, e)))
len('x')
sys.setprofile(None)
print(seen)
""",
    },
    "own tracer": {
        "main.py": """\
import sys
print(sys.gettrace())
lines = []


def trace(f, e, a):
    lines.append((f.f_lineno, e))
    return trace


def g():
    x = 1
    return x


sys.settrace(trace)
g()
sys.settrace(None)
print(lines)
""",
    },
    "own signal handlers": {
        "main.py": """\
import os, signal
numbers = signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGCHLD
print([signal.getsignal(n) for n in numbers])
signal.signal(signal.SIGUSR1, lambda *_: print('got it'))
os.kill(os.getpid(), signal.SIGUSR1)
""",
    },
    "own exception hook": {
        "main.py": """\
import sys
sys.excepthook = lambda k, v, t: print('hook', k, t.tb_frame.f_code.co_name, t.tb_next)
raise ValueError
""",
    },
    "neighbours named as modules are": {
        "main.py": """\
import json, random, types, enum, re, sitecustomize
print(json.mine, random.mine, hasattr(types, 'mine'), sitecustomize.mine)
""",
        "json.py": """\
mine = 1
""",
        "random.py": """\
mine = 2
""",
        "types.py": """\
mine = 3
""",
        "sitecustomize.py": """\
mine = 5
""",
    },
    "a neighbour named as we are": {
        "main.py": """\
import profiler_suite
print(profiler_suite.__file__[-20:], profiler_suite.x)
""",
        "profiler_suite/__init__.py": """\
x = 1
""",
    },
    "arguments and main": {
        "main.py": """\
import sys
print(sys.argv, __name__, __spec__, __package__, sys.path[0], __file__, __builtins__)
print(sorted(globals()), sys.flags, sys.modules['__main__'].__dict__ is globals())
print(sorted(sys.modules), sys.orig_argv[1:])
""",
    },
    "environment and descriptors": {
        "main.py": """\
import os
print(sorted(os.environ.items()))
print(sorted(os.listdir('/dev/fd')))
print(os.getcwd(), os.umask(0o22))
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
    "changed folder and files": {
        "main.py": """\
import os
os.mkdir('inside')
os.chdir('inside')
open('a.txt', 'w').write('x' * 1000)
print(os.listdir('.'))
""",
    },
    "replaces itself": {
        "main.py": """\
import os, sys
if len(sys.argv) < 4:
    os.execv(sys.executable, [sys.executable, *sys.argv, 'again', 'x'])
print(sys.argv)
""",
    },
    "deletes its modules": {
        "main.py": """\
import sys
for name in list(sys.modules):
    if name not in ('sys', '__main__', 'builtins'):
        del sys.modules[name]
print('gone')
""",
    },
    "limits on memory": {
        "main.py": """\
import resource
resource.setrlimit(resource.RLIMIT_AS, (2**28, 2**28))
try:
    x = bytearray(2**30)
except MemoryError:
    print('none left')
""",
    },
    "closes its standard descriptors": {
        "main.py": """\
import os
os.closerange(0, 3)
open('a.txt', 'w').write(str(os.open('b.txt', os.O_CREAT)))
""",
    },
    "closes all others": {
        "main.py": """\
import os
os.closerange(3, 1024)
print(os.open('b.txt', os.O_CREAT | os.O_WRONLY))
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
    "few descriptors": {
        "main.py": """\
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, (12, 12))
files = []
try:
    while True:
        files.append(open('a.txt', 'w'))
except OSError as e:
    print(len(files), e.strerror)
""",
    },
    "small files": {
        "main.py": """\
import resource, time
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
time.sleep(0.2)
try:
    with open('a.txt', 'w') as f:
        f.write('x' * 5000)
except OSError as e:
    print(e.strerror)
""",
    },
    "little time of the processor": {
        "main.py": """\
import resource, signal
signal.signal(signal.SIGXCPU, lambda *_: exit('over'))
resource.setrlimit(resource.RLIMIT_CPU, (1, 9))
while True: pass
""",
    },
    "a folder that is gone": {
        "main.py": """\
import os
os.mkdir('x')
os.chdir('x')
os.rmdir('../x')
try:
    os.getcwd()
except FileNotFoundError as e:
    print(e.strerror)
import fractions
""",
    },
    "exit in a thread": {
        "main.py": """\
import sys, threading
t = threading.Thread(target=sys.exit, args=(3,))
t.start()
t.join()
print('main')
""",
    },
    "exception in a thread": {
        "main.py": """\
import threading
t = threading.Thread(target=lambda: 1 / 0)
t.start()
t.join()
""",
    },
    "a debugger that reads its input": {
        "main.py": """\
def f(x):
    breakpoint()
    return x


f(1)
""",
    },
    "a debugger without input": {
        "main.py": """\
import os
os.close(0)
breakpoint()
""",
    },
    "a reader that has gone": {
        "main.py": """\
import os, signal
print(signal.getsignal(signal.SIGPIPE))
r, w = os.pipe()
os.close(r)
try:
    os.write(w, b'x')
except BrokenPipeError as e:
    print(e.strerror)
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
    "hooks at forks": {
        "main.py": """\
import os
os.register_at_fork(before=lambda: print('before', flush=True))
os.register_at_fork(after_in_parent=lambda: print('parent', flush=True))
pid = os.fork()
if not pid:
    os._exit(0)
os.waitpid(pid, 0)
""",
    },
    "hooks on children's ends": {
        "main.py": """\
import os, signal, time
ends = []
signal.signal(signal.SIGCHLD, lambda *_: ends.append(os.waitpid(-1, 0)[1]))
for code in (0, 3):
    if not os.fork():
        os._exit(code)
    time.sleep(0.1)
print(ends)
""",
    },
    "hooks on imports": {
        "main.py": """\
import sys


class Finder:
    def find_spec(self, name, path=None, target=None):
        print('asked for', name)


sys.meta_path.insert(0, Finder())
import fractions
""",
    },
    "replaces what it finds": {
        "main.py": """\
import builtins, os, sys, time, _thread
time.sleep(0.2)
out = sys.stdout.write


def none(*_, **__):
    out('called\\n')


sleep, clock = time.sleep, time.perf_counter
os.getpid = os.fork = os.replace = time.sleep = time.perf_counter = none
_thread.get_ident = sys._current_frames = builtins.open = builtins.len = none
sleep(0.3)
out('done\\n')
""",
    },
    "no environment": {
        "main.py": """\
import os, subprocess, sys
os.environ.clear()
print(subprocess.run([sys.executable, '-c', 'print(1)'], capture_output=True).stdout)
""",
    },
    "hardly any recursion": {
        "main.py": """\
import sys
sys.setrecursionlimit(40)
print(sorted([3, 1, 2], key=lambda x: -x))
""",
    },
    "does not hear Ctrl-C": {
        "main.py": """\
import os, signal
signal.signal(signal.SIGINT, signal.SIG_IGN)
os.kill(os.getpid(), signal.SIGINT)
print('still here')
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
    "an alarm": {
        "main.py": """\
import signal, time
signal.signal(signal.SIGALRM, lambda *_: print('ring'))
signal.setitimer(signal.ITIMER_REAL, 0.1, 0.1)
end = time.monotonic() + 0.35
while time.monotonic() < end: pass
signal.setitimer(signal.ITIMER_REAL, 0)
""",
    },
    "blocks signals": {
        "main.py": """\
import os, signal
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
os.kill(os.getpid(), signal.SIGUSR1)
print(signal.sigpending())
""",
    },
    "warnings are errors": {
        "main.py": """\
import warnings
warnings.simplefilter('error')
try:
    warnings.warn('x')
except UserWarning as e:
    print(e)
""",
    },
    "another encoding": {
        "main.py": """\
import sys
sys.stdout.reconfigure(encoding='latin-1')
print('\\u00e9')
print(sys.stderr.encoding, sys.getfilesystemencoding(), sys.flags.utf8_mode)
""",
    },
    "hears everything": {
        "main.py": """\
import sys
seen = []
sys.addaudithook(lambda event, _: seen.append(event))
open('a.txt', 'w').close()
print(seen)
""",
    },
    "closes its streams": {
        "main.py": """\
import atexit, sys
atexit.register(lambda: open('a.txt', 'w').write('end'))
sys.stdout.close()
sys.stderr.close()
sys.exit('nobody hears')
""",
    },
    "a source that is no UTF-8": {
        "main.py": b"# -*- coding: latin-1 -*-\nprint(ascii('\xe9'))\n",
    },
    "a source in no encoding": {
        "main.py": b"print('\xe9')\n",
    },
    "neighbours named as what we need": {
        "main.py": """\
import click, msgspec, threadpoolctl, jinja2
print(click.mine, msgspec.mine, threadpoolctl.mine, jinja2.mine)
""",
        "click.py": "mine = 1\n",
        "msgspec.py": "mine = 2\n",
        "threadpoolctl.py": "mine = 3\n",
        "jinja2/__init__.py": "mine = 4\n",
    },
}
MODULES: dict[str, Files] = {
    "relative imports": {
        "pkg/__init__.py": """\
print('init', __name__)
""",
        "pkg/__main__.py": """\
import sys
from . import part
print(part.x, __name__, __package__, __spec__.name, sys.path[0], sys.argv[1:])
""",
        "pkg/part.py": """\
x = 1
""",
    },
    "no such submodule": {
        "pkg/__init__.py": "",
    },
}
