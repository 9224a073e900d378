"""What programs do to their input, output and open files."""

from tests.measure.program.misbehaving.files import Files

STREAMS: dict[str, Files] = {
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
    "environment and descriptors": {
        "main.py": """\
import os
print(sorted(os.environ.items()))
print(sorted(os.listdir('/dev/fd')))
print(os.getcwd(), os.umask(0o22))
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
    "another encoding": {
        "main.py": """\
import sys
sys.stdout.reconfigure(encoding='latin-1')
print('\\u00e9')
print(sys.stderr.encoding, sys.getfilesystemencoding(), sys.flags.utf8_mode)
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
    "dup2 of stderr": {
        "main.py": """\
import os, sys
keep = os.dup(2)
f = os.open('errors.txt', os.O_CREAT | os.O_WRONLY)
os.dup2(f, 2)
print('to the file', file=sys.stderr); os.system('echo child >&2')
import warnings; warnings.warn('w')
os.dup2(1, 2); print('to out', file=sys.stderr, flush=True)
os.dup2(keep, 2); os.close(keep)
print('to err', file=sys.stderr)
os.dup2(f, 2)
raise SystemExit('goes to the file')
""",
    },
    "select with timeouts": {
        "main.py": """\
import select, os, time, socket
r, w = os.pipe()
t = time.monotonic()
print(select.select([r], [], [], 0.05), time.monotonic() - t >= 0.05)
p = select.poll(); p.register(r, select.POLLIN)
print(p.poll(30)); os.write(w, b'x'); print(p.poll(1000) == [(r, select.POLLIN)])
e = select.epoll(); e.register(r, select.EPOLLIN); print(len(e.poll(1)))
a, b = socket.socketpair(); a.settimeout(0.02)
try: a.recv(1)
except TimeoutError as x: print(x)
print(select.select([0], [], [], 1)[0], os.read(0, 5), r < 10)
""",
    },
}
