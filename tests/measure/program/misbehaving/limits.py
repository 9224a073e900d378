"""Programs that may take little: memory, files, time of the processor."""

from tests.measure.program.misbehaving.files import Files

LIMITS: dict[str, Files] = {
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
}
