"""Programs with hooks, handlers and tracers of their own, or that replace what they find."""

from tests.measure.program.misbehaving.files import Files

HOOKS: dict[str, Files] = {
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
    "does not hear Ctrl-C": {
        "main.py": """\
import os, signal
signal.signal(signal.SIGINT, signal.SIG_IGN)
os.kill(os.getpid(), signal.SIGINT)
print('still here')
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
    "hears everything": {
        "main.py": """\
import sys
seen = []
sys.addaudithook(lambda event, _: seen.append(event))
open('a.txt', 'w').close()
print(seen)
""",
    },
    "a timer of its own time": {
        "main.py": """\
import signal
hits = []
signal.signal(signal.SIGVTALRM, lambda *a: hits.append(a[1].f_code.co_name))
signal.setitimer(signal.ITIMER_VIRTUAL, 0.05, 0.05)
def spin():
    while len(hits) < 3: pass
spin()
signal.setitimer(signal.ITIMER_VIRTUAL, 0)
print(set(hits))
""",
    },
    "prints its stack": {
        "main.py": """\
import traceback, sys, logging, warnings
def f():
    traceback.print_stack()
    logging.basicConfig(format='%(module)s %(lineno)d %(funcName)s %(threadName)s')
    logging.warning('here', stack_info=True)
    warnings.warn('beware', stacklevel=2)
    warnings.warn('beware', stacklevel=5)
f()
print(sys._getframe().f_back)
""",
    },
    "setprofile in a thread": {
        "main.py": """\
import sys, threading
seen = []
def prof(f, e, a):
    if f.f_code.co_filename == __file__: seen.append((e, f.f_code.co_name))
def g(): return sum(range(10))
def work():
    sys.setprofile(prof); g(); g(); sys.setprofile(None)
print(sys.getprofile(), threading.getprofile(), sys.gettrace())
t = threading.Thread(target=work); t.start(); t.join()
print(seen)
threading.setprofile(prof); seen.clear()
t = threading.Thread(target=g); t.start(); t.join()
print(seen, threading.getprofile() is prof)
""",
    },
    "gc callbacks": {
        "main.py": """\
import gc
n = []
gc.callbacks.append(lambda phase, info: n.append((phase, info['generation'])))
print(gc.isenabled(), gc.get_threshold(), gc.get_debug(), gc.get_freeze_count())
for i in range(3):
    a = []; a.append(a); del a
    print(gc.collect() >= 1, len(n))
print(n, len(gc.callbacks))
gc.set_debug(gc.DEBUG_SAVEALL)
a = []; a.append(a); del a
gc.collect(); print(any(isinstance(x, list) for x in gc.garbage))
gc.set_debug(0); gc.garbage.clear()
""",
    },
}
