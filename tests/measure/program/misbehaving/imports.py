"""What programs import: modules named as others are, modules that are deleted, odd sources."""

from tests.measure.program.misbehaving.files import Files

IMPORTS: dict[str, Files] = {
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
    "deletes its modules": {
        "main.py": """\
import sys
for name in list(sys.modules):
    if name not in ('sys', '__main__', 'builtins'):
        del sys.modules[name]
print('gone')
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
    "another module as main": {
        "main.py": """\
import sys, types
m = types.ModuleType('__main__')
sys.modules['__main__'] = m
print(__name__)
import pickle
class A: pass
try: pickle.dumps(A())
except Exception as e: print(type(e).__name__, e)
""",
    },
    "reads its own source": {
        "main.py": """\
import inspect, sys
def main():
    return 1
print(inspect.getsource(main), inspect.getsourcefile(main) == __file__, sys.argv[0], __file__)
print(len(inspect.stack()), inspect.getsource(sys.modules['__main__']).count('import'))
""",
    },
}
