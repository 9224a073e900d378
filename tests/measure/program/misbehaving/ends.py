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
    "weakrefs at its end": {
        "main.py": """\
import weakref, atexit, sys
class A:
    def __init__(self, n): self.n = n
    def __del__(self): print('del', self.n, sys is None or sys.meta_path is None)
a, b = A(1), A(2)
b.me = b
weakref.finalize(a, print, 'finalized')
r = weakref.ref(a, lambda r: print('dead'))
w = weakref.WeakValueDictionary(x=a)
atexit.register(lambda: print('atexit', list(w)))
class M(type(sys)):
    def __del__(self): print('module gone')
sys.modules['m'] = M('m')
""",
    },
    "recursion in C": {
        "main.py": """\
import json, copy, pickle, sys
x = []
for _ in range(100000): x = [x]
for f in (repr, json.dumps, pickle.dumps, copy.deepcopy):
    try: f(x); print('fine')
    except RecursionError as e: print(f.__name__, type(e).__name__)
print(sys.getrecursionlimit())
class R:
    def __repr__(self): return repr(self)
try: repr(R())
except RecursionError as e: print(str(e)[:30])
def depth(n=1):
    try: return depth(n + 1)
    except RecursionError: return n
print(depth())
while x: x = x.pop()
""",
    },
}
