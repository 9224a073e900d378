"""Programs that do what is hard to watch, small ones; each is a folder's files by name.

`main.py` is run. What it prints must not depend on process ids, times or addresses.
"""

PROGRAMS: dict[str, dict[str, str]] = {
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
}
MODULES: dict[str, dict[str, str]] = {
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
