"""Programs that end in another way than by their last line."""

from tests.measure.program.misbehaving.files import Files

ENDS: dict[str, Files] = {
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
    "atexit": {
        "main.py": """\
import atexit, sys
atexit.register(print, 'first registered')
atexit.register(print, 'then')
sys.exit(2)
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
    "hardly any recursion": {
        "main.py": """\
import sys
sys.setrecursionlimit(40)
print(sorted([3, 1, 2], key=lambda x: -x))
""",
    },
    "errors after its end": {
        "main.py": """\
import weakref, tempfile, os, atexit
class A:
    def __del__(self): print('gone'); raise ValueError('late')
a = A()
d = tempfile.TemporaryDirectory()
open(os.path.join(d.name, 'x'), 'w').write('x')
class B: pass
b = B(); weakref.finalize(b, print, 'finalized')
atexit.register(lambda: 1/0)
""",
    },
    "a code that is no number": {
        "main.py": """\
raise SystemExit((1, 'two'))
""",
    },
}
