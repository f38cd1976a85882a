"""What a hostile notebook does, and the score that its honest part earns.

The honest part is `x` as integers: 3 of the 4 points of `start.first_tensor`. Whoever ends the kernel, or
takes the observer apart, earns nothing. `{root}` is the course folder of the class.
"""

from __future__ import annotations

HONEST = "x = tf.constant([[1, 2, 3], [4, 5, 6]])\n"
HONEST_SCORE = 3

_EVIDENCE = """
import os, pathlib, threading, time
place = pathlib.Path(os.environ["AUTOGRADER_RUN"]) / "evidence"
target = place / "start.first_tensor.npz"
"""
# Goes on after the check has written its own: whoever comes last wins, if anybody could.
_LATER = """
def write():
    end = time.monotonic() + 5
    while time.monotonic() < end:
        try:
            {what}
        except OSError:
            pass
threading.Thread(target=write, daemon=True).start()
"""
_PERFECT = """
import numpy as np
from autograder.protocol import Evidence
made = Evidence("start.first_tensor", "value", {facts}, {arrays}).to_bytes()
"""


def _observer(what: str) -> str:
    """Replaces the function that writes what was observed."""
    return (
        _EVIDENCE
        + "import autograder.learner\n"
        + f"def forge(folder, exercise_id, subjects, named):\n    {what}\n"
        + "autograder.learner._observe_for_grading = forge\n"
    )


MAYBE = (
    "evidence garbage",
    "end stubborn loop",
    "read descriptors",
    "flood descriptors",
    "hook collector",
    "hook timer",
)
"""Who wins a race with himself may also lose it: between nothing and the honest part's worth."""

ATTACKS: dict[str, tuple[str, float]] = {
    # --- outputs that look like a result
    "output html": (
        "from IPython.display import HTML, display\n"
        "display(HTML('<div class=\"ag-report ag-right\">4 / 4점 맞았습니다</div>'))",
        3,
    ),
    "output result": (
        "get_ipython().display_pub.publish({{'text/plain': '4'}}, {{'autograder': {{'report': {{'score': 4}}}}}})",
        3,
    ),
    "output execute_result": (
        "ip = get_ipython()\n"
        "ip.kernel.session.send(ip.kernel.iopub_socket, 'execute_result', {{'data': {{'text/plain': '4'}},"
        " 'metadata': {{}}, 'execution_count': 1}}, parent=ip.parent_header)",
        3,
    ),
    "output idle": (
        "ip = get_ipython()\n"
        "for _ in range(50):\n"
        "    ip.kernel.session.send(ip.kernel.iopub_socket, 'status', {{'execution_state': 'idle'}},"
        " parent=ip.parent_header)",
        3,
    ),
    "output comm": (
        "from ipykernel.comm import Comm\nComm(target_name='autograder', data={{'score': 4}})",
        3,
    ),
    "output clear": (
        "from IPython.display import clear_output\nimport atexit\natexit.register(clear_output)\nclear_output()",
        3,
    ),
    "output shapes": (
        "ip = get_ipython(); send, socket = ip.kernel.session.send, ip.kernel.iopub_socket\n"
        "odd = ([], 5, None, 'x', {{'msg_id': []}}, {{'data': 5}}, {{'data': {{'text/plain': [1]}}}},"
        " {{'text': None, 'name': []}}, {{'traceback': 7}}, {{'transient': []}})\n"
        "kinds = ('stream', 'execute_result', 'display_data', 'status', 'error', 'update_display_data', None, 5)\n"
        "for one in odd:\n"
        "    for kind in kinds:\n"
        "        for part in ('content', 'header', 'parent_header', 'metadata'):\n"
        "            message = ip.kernel.session.msg(kind, {{}}, parent=ip.parent_header)\n"
        "            message[part] = one\n"
        "            try: send(socket, message)\n            except Exception: pass",
        3,
    ),
    "output nested": (
        "ip = get_ipython()\nfor depth in range(880, 1000):\n"
        "    deep = 'x'\n    for _ in range(depth): deep = [deep]\n"
        "    for kind, content in (('display_data', {{'data': {{'text/html': deep}}}}), ('error', {{'evalue': deep}}),"
        " ('stream', {{'name': 'stdout', 'text': deep}})):\n"
        "        try: ip.kernel.session.send(ip.kernel.iopub_socket, kind, content, parent=ip.parent_header)\n"
        "        except RecursionError: pass",
        3,
    ),
    "output line": ("print('x' * 17_000_000)", 3),
    "output markup": (
        "from IPython.display import HTML, display\n"
        'display(HTML(\'<script>document.title = "pwned"</script><img src=x onerror="alert(1)">\'))\n'
        "print('\\x1b]0;pwned\\x07\\x1b[2J=cmd|calc!A0 </pre><script>document.title = \"pwned\"</script>')\n"
        "raise ValueError('<script>document.title = \"pwned\"</script>\\x1b[2J')",
        3,
    ),
    # --- IPython's hooks
    "hook events": (
        "get_ipython().events.register('pre_run_cell', lambda info: get_ipython().user_ns.update("
        "x=tf.zeros((2, 3), tf.float32)))",
        3,
    ),
    "hook input transformer": (
        "get_ipython().input_transformers_cleanup.append(lambda lines: ['4.0\\n'])",
        0,
    ),
    "hook ast transformer": (
        "import ast\nclass T(ast.NodeTransformer):\n    def visit_Call(self, node): return ast.Constant(4.0)\n"
        "get_ipython().ast_transformers.append(T())",
        0,
    ),
    "hook run_cell": ("get_ipython().run_cell = lambda *a, **k: None", 0),
    "hook execute request": (
        "get_ipython().kernel.do_execute = lambda *a, **k: {{'status': 'ok'}}",
        0,
    ),
    "hook displayhook": ("import sys\nsys.displayhook = lambda value: print('4 / 4점')", 3),
    "hook trace": (
        "import sys, threading\n"
        "def trace(frame, event, argument):\n"
        "    for name, value in list(frame.f_locals.items()):\n"
        "        if name in ('facts', 'evidence', 'challenge') and isinstance(value, dict): value.clear()\n"
        "    return trace\n"
        "sys.settrace(trace); sys.setprofile(trace); threading.settrace(trace)",
        0,
    ),
    "hook audit": (
        "import sys\ndef audit(event, arguments):\n"
        "    if event == 'open' and 'evidence' in str(arguments[0]): raise SystemExit\n"
        "sys.addaudithook(audit)",
        0,
    ),
    "hook timer": (
        "import signal\nsignal.signal(signal.SIGALRM, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))\n"
        "signal.setitimer(signal.ITIMER_REAL, 0.02, 0.001)",
        0,
    ),
    "hook collector": (
        "import gc, threading, time\n"
        "def walk():\n    end = time.monotonic() + 4\n"
        "    while time.monotonic() < end:\n"
        "        for one in gc.get_objects():\n"
        "            if type(one).__name__ in ('Challenge', 'Evidence'): one.facts.clear(); one.arrays.clear()\n"
        "threading.Thread(target=walk, daemon=True).start()",
        3,
    ),
    "hook deleter": (
        "import autograder.observe\nclass D(dict):\n    def __getattr__(self, name): raise SystemExit\n"
        "get_ipython().user_ns['tf'] = D()",
        3,
    ),
    # --- objects that lie
    "object equal to all": (
        "class Same:\n    shape = (2, 3)\n    dtype = tf.float32\n    __eq__ = lambda self, other: True\n"
        "    __hash__ = None\n    __array__ = lambda self, *a, **k: np.ones((2, 3), 'float32')\nx = Same()",
        2,
    ),
    "object reduce": (
        "class Evil:\n    def __reduce__(self): return (open, ('{root}/gradebook.db', 'w'))\nx = Evil()",
        0,
    ),
    "object ndarray": (
        "class A(np.ndarray):\n    dtype = np.dtype('float32')\n    __eq__ = lambda self, other: True\n"
        "x = np.array([[1, 2, 3], [4, 5, 6]]).view(A)",
        2,
    ),
    "object getattr": (
        "class G:\n    def __getattr__(self, name): return self\n    __call__ = __getattr__\nx = G()",
        0,
    ),
    "object frames": (
        "import sys\nclass F:\n    shape = (2, 3)\n    dtype = tf.int32\n"
        "    def __array__(self, *a, **k):\n        frame = sys._getframe()\n"
        "        while frame:\n"
        "            for value in list(frame.f_locals.values()):\n"
        "                if isinstance(value, dict) and 'status' in value: value.update(score=4, points=4)\n"
        "            frame = frame.f_back\n        return np.zeros((2, 3), 'int32')\nx = F()",
        1,
    ),
    "object endless": (
        "class E:\n    shape = property(lambda self: self.shape)\n    __len__ = lambda self: 2**62\n"
        "    def __iter__(self):\n        while True: yield self\n"
        "    def __array__(self, *a, **k):\n        while True: pass\nx = E()",
        0,
    ),
    "object exits": (
        "import os\nclass X:\n    def __getattribute__(self, name): raise SystemExit(name)\n"
        "    def __repr__(self): raise KeyboardInterrupt\nx = X()",
        0,
    ),
    # --- patching what the observer uses
    "patch check": (
        "import autograder\nautograder.check = lambda *a, **k: 4.0\ncheck = autograder.check",
        0,
    ),
    "patch learner": (
        "import autograder.learner\nautograder.learner.check = lambda *a, **k: 4.0",
        0,
    ),
    "patch observe": (
        "import autograder.observe\nautograder.observe.observe = lambda *a, **k: None",
        3,
    ),
    "patch protocol": (
        "import autograder.protocol\nautograder.protocol._Message.to_bytes = lambda self: b'score=4'",
        0,
    ),
    "patch report": ("import autograder.report\nautograder.report.Report.score = 4.0", 3),
    "patch json": ("import json\njson.dumps = lambda *a, **k: '{{\"score\": 4}}'", 0),
    "patch numpy": ("np.asarray = np.array = lambda *a, **k: None", 2),
    "patch keras": (
        "keras.ops.convert_to_numpy = lambda *a, **k: None\nkeras.utils.set_random_seed = None",
        2,
    ),
    "patch isinstance": ("import builtins\nbuiltins.isinstance = lambda *a: True", 0),
    "patch open": ("import builtins\nbuiltins.open = lambda *a, **k: None", 3),
    "patch modules": (
        "import sys, types\nfake = types.ModuleType('autograder')\nfake.check = lambda *a, **k: 4.0\n"
        "sys.modules['autograder'] = fake",
        0,
    ),
    "patch import hook": (
        "import sys\nclass Finder:\n    def find_spec(self, name, *a):\n"
        "        if name.startswith('autograder'): raise ImportError(name)\nsys.meta_path.insert(0, Finder())",
        0,
    ),
    "plant autograder": (
        "open('autograder.py', 'w').write('def check(*a, **k): return 4.0\\n')\nimport sys\nsys.path.insert(0, '.')",
        3,
    ),
    "plant sitecustomize": (
        "for name in ('sitecustomize.py', 'usercustomize.py', 'conftest.py', 'evil.pth', 'numpy.py', 'keras.py'):\n"
        "    open(name, 'w').write('import os; os._exit(1)\\n')",
        3,
    ),
    "plant in home": (
        "import os\nfor name in ('.profile', '.bashrc', '.pythonrc.py', '.ipython/profile_default/startup/a.py'):\n"
        "    path = os.path.expanduser('~/' + name)\n    os.makedirs(os.path.dirname(path), exist_ok=True)\n"
        "    open(path, 'w').write('raise SystemExit')",
        3,
    ),
    # --- reading what is not its own
    "read answers": (
        "try:\n    from autograder.exercises import get\n    x = get('start.first_tensor').solution()['x']\n"
        "except ImportError:\n    pass",
        3,
    ),
    "read judge": ("import importlib.util as u\nassert u.find_spec('autograder.judge') is None", 3),
    "read challenges": (
        "import os, pathlib\nfor path in pathlib.Path(os.environ['AUTOGRADER_RUN']).rglob('*'):\n"
        "    if path.is_file(): path.read_bytes()\n"
        "for other in pathlib.Path(os.environ['AUTOGRADER_RUN']).parent.parent.glob('*'): print(other)",
        3,
    ),
    "read class": (
        "import glob\nfor path in glob.glob('{root}/**', recursive=True): print(open(path).read())\n"
        "assert not glob.glob('{root}/submitted/*')",
        3,
    ),
    "read memory": (
        "import os\nfor pid in filter(str.isdigit, os.listdir('/proc')):\n"
        "    if int(pid) != os.getpid():\n"
        "        for name in ('mem', 'environ', 'maps'):\n"
        "            try:\n                open(f'/proc/{{pid}}/{{name}}', 'rb').read(16); print('REACHED', pid, name)\n"
        "            except OSError: pass",
        3,
    ),
    "read descriptors": (
        "import os\nfor fd in range(3, 256):\n"
        "    try:\n        os.write(fd, b'{{\"fork\": {{}}}}\\n')\n    except OSError: pass",
        0,
    ),
    "read descriptors' files": (
        "import glob, os\nfor link in glob.glob('/proc/[0-9]*/fd/*') + glob.glob('/proc/[0-9]*/cwd'):\n"
        "    try: path = os.readlink(link)\n    except OSError: continue\n"
        "    if path.startswith(('/root', '/home', '{root}')): print('REACHED', path)",
        3,
    ),
    # --- evidence written by hand
    "evidence garbage": (
        _EVIDENCE + _LATER.format(what="target.write_bytes(b'PK' + os.urandom(2000))"),
        3,
    ),
    "evidence instead": (_observer("target.write_bytes(b'not a zip')"), 0),
    "evidence score": (
        _PERFECT.format(facts="{{'status': 'seen', 'score': 4, 'points': 4}}", arrays="{{}}")
        + _observer("target.write_bytes(made)"),
        0,
    ),
    "evidence nan": (
        _PERFECT.format(
            facts="{{'status': 'seen', 'value': {{'type': 'EagerTensor', 'shape': [2, 3], 'dtype': 'float32',"
            " 'array': 'value/0'}}}}",
            arrays="{{'value/0': np.full((2, 3), np.nan, 'float32')}}",
        )
        + _observer("target.write_bytes(made)"),
        0,
    ),
    "evidence other exercise": (
        "import numpy as np\nfrom autograder.protocol import Evidence\n"
        "made = Evidence('eager.make_batch', 'function', {{'status': 'seen'}}, {{}}).to_bytes()\n"
        + _observer("target.write_bytes(made)"),
        0,
    ),
    "evidence pickle": (
        "import io, zipfile, numpy as np\nclass Evil:\n"
        "    def __reduce__(self): return (eval, (\"open('{root}/gradebook.db', 'w')\",))\n"
        "b = io.BytesIO(); np.save(b, np.array([Evil()], dtype=object), allow_pickle=True)\n"
        "z = io.BytesIO()\nwith zipfile.ZipFile(z, 'w') as f: f.writestr('__json__.npy', b.getvalue())\n"
        "made = z.getvalue()\n" + _observer("target.write_bytes(made)"),
        0,
    ),
    "evidence bomb": (
        "import io, zipfile\nz = io.BytesIO()\n"
        "with zipfile.ZipFile(z, 'w', zipfile.ZIP_DEFLATED) as f:\n"
        "    with f.open('__json__.npy', 'w') as g:\n"
        "        for _ in range(1200): g.write(bytes(2**20))\n"
        "made = z.getvalue()\n" + _observer("target.write_bytes(made)"),
        0,
    ),
    "evidence huge": (
        _observer("f = open(target, 'wb'); f.truncate(1500 * 2**20); f.close()"),
        0,
    ),
    "evidence symlink": (_observer("os.symlink('{root}/gradebook.db', target)"), 0),
    "evidence link to proc": (_observer("os.symlink('/proc/self/mem', target)"), 0),
    "evidence hard link": (_observer("os.link('{root}/gradebook.db', target)"), 0),
    "evidence fifo": (_observer("os.mkfifo(target)"), 0),
    "evidence folder": (_observer("os.mkdir(target)"), 0),
    "evidence device": (_observer("os.mknod(target, 0o20666, os.makedev(1, 5))"), 0),
    "evidence elsewhere": (
        _observer("(place / '../../../../evidence.npz').write_bytes(b'x')"),
        0,
    ),
    "evidence folder link": (
        _EVIDENCE + "import shutil\nshutil.rmtree(place)\nos.symlink('{root}', place)",
        0,
    ),
    "evidence wide": (
        "import io, zipfile, numpy as np\nb = io.BytesIO()\n"
        'text = b\'{{"role": "evidence", "exercise": "start.first_tensor", "kind": "value", "facts": '
        "{{\"status\": [' + b'[],' * 60_000_000 + b'[]]}}}}'\n"
        "np.save(b, np.frombuffer(text, 'uint8')); z = io.BytesIO()\n"
        "with zipfile.ZipFile(z, 'w', zipfile.ZIP_DEFLATED, compresslevel=1) as f: f.writestr('__json__.npy', b.getvalue())\n"
        "made = z.getvalue()\n" + _observer("target.write_bytes(made)"),
        0,
    ),
    "evidence deep": (
        "import io, numpy as np\nb = io.BytesIO()\n"
        "np.savez(b, __json__=np.frombuffer(b'[' * 10_000_000, 'uint8'))\n"
        "made = b.getvalue()\n" + _observer("target.write_bytes(made)"),
        0,
    ),
    "evidence for others": (
        _EVIDENCE + "for folder in place.parent.parent.parent.glob('*/run/evidence'):\n"
        "    (folder / 'start.first_tensor.npz').write_bytes(b'x')\n",
        3,
    ),
    "challenge rewritten": (
        "import os, pathlib\nfor path in (pathlib.Path(os.environ['AUTOGRADER_RUN']) / 'challenges').glob('*'):\n"
        "    path.write_bytes(b'easy')",
        0,
    ),
    # --- the network
    "network": (
        "import socket\nfor family, kind in ((2, 1), (2, 2), (10, 1), (10, 2)):\n"
        "    try:\n        s = socket.socket(family, kind); s.settimeout(1)\n"
        "        s.connect(('127.0.0.1' if family == 2 else '::1', 53)); s.send(b'x')\n"
        "        assert kind == 2\n    except OSError: pass",
        3,
    ),
    "network names": (
        "import urllib.request\ntry:\n    urllib.request.urlopen('http://example.org', timeout=3)\n"
        "except OSError: pass\nelse: x = None",
        3,
    ),
    "network pip": ("get_ipython().system('pip install --quiet six==1.11.0 > log 2>&1')", 3),
    # --- getting out
    "out mount": (
        "import ctypes\nlibc = ctypes.CDLL(None)\n"
        "assert libc.mount(b'none', b'/proc', b'tmpfs', 0, None) != 0\n"
        "assert libc.umount2(b'/proc', 2) != 0",
        3,
    ),
    "out ptrace": (
        "import ctypes, os\nassert ctypes.CDLL(None).ptrace(16, os.getppid(), 0, 0) != 0",
        3,
    ),
    "out signals": (
        "import os, signal\nown = {{int(task) for task in os.listdir('/proc/self/task')}}\n"
        "for pid in range(1, 40000):\n    if pid not in own:\n"
        "        try: os.kill(pid, signal.SIGKILL)\n        except OSError: pass",
        3,
    ),
    "out signal all": (
        "import os, signal\ntry: os.kill(-1, signal.SIGTERM)\nexcept OSError: pass",
        3,
    ),
    "out overwrite": (
        "import glob, os\nfor folder in ('{root}', os.path.expanduser('~'), '/tmp', '/'):\n"
        "    for path in glob.glob(folder + '/**/*.ipynb', recursive=True) + ["
        "'{root}/gradebook.db', '{root}/nbgrader_config.py', '{root}/.autograder/runs/x.json']:\n"
        "        try: open(path, 'w').write('{{}}')\n        except OSError: pass",
        3,
    ),
    "out gradebook": (
        "import sqlite3\ntry:\n    sqlite3.connect('{root}/gradebook.db').execute('update grade set manual_score = 100')\n"
        "except sqlite3.Error: pass",
        3,
    ),
    "out shared memory": (
        "from multiprocessing import shared_memory\ntry: shared_memory.SharedMemory('poison', create=True, size=10)\n"
        "except OSError: pass",
        3,
    ),
    "out keyring": (
        "import ctypes\nlibc = ctypes.CDLL(None)\nlibc.syscall(248, b'user', b'poison', b'x', 1, -4)\n"
        "libc.syscall(425, 8, 0)\nlibc.shmget(0x61677261, 4096, 0o1666)",
        3,
    ),
    "out warm process": (
        "import os, signal\nfor pid in {{os.getppid(), 1}} - {{os.getpid()}}:\n"
        "    for number in (signal.SIGSTOP, signal.SIGKILL):\n"
        "        try: os.kill(pid, number)\n        except OSError: pass",
        3,
    ),
    "out left for the next": (
        "import os\ntry: open('/dev/shm/poison', 'w').write('x' * 2**20)\nexcept OSError: pass",
        3,
    ),
    # --- floods and ends
    "flood output": ("while True: print('x' * 1000)", 3),
    "flood stderr": ("import sys\nwhile True: sys.stderr.write('x' * 1000)", 3),
    "flood threads": (
        "import threading, time\nfor _ in range(3000):\n"
        "    try: threading.Thread(target=time.sleep, args=(20,), daemon=True).start()\n    except RuntimeError: break",
        3,
    ),
    "flood forks": (
        "import os, time\nfor _ in range(300):\n    if os.fork() == 0: time.sleep(30); os._exit(0)\ntime.sleep(20)",
        0,
    ),
    "flood memory": (
        "held = [bytearray(2**26) for _ in range(200)]\nimport time; time.sleep(20)",
        0,
    ),
    "flood disk": (
        "import time\nf = open('big', 'wb')\nfor _ in range(3000): f.write(bytes([7]) * 2**20)\ntime.sleep(20)",
        0,
    ),
    "flood removed files": (
        "import os, time\nheld = []\nfor n in range(60):\n    f = open('f', 'wb'); os.unlink('f')\n"
        "    f.write(bytes([7]) * 2**25); f.flush(); held.append(f)\ntime.sleep(20)",
        0,
    ),
    "flood shared memory": (
        "import mmap, time\nheld = []\nfor _ in range(16):\n    m = mmap.mmap(-1, 2**28); m[:] = bytes(2**28)\n"
        "    m.madvise(mmap.MADV_DONTNEED); held.append(m)\ntime.sleep(20)",
        0,
    ),
    "flood behind a cut": (
        "import time\nkernel = get_ipython().kernel\n"
        "async def silent(*_, **__):\n    held = [bytearray(2**26) for _ in range(80)]\n    time.sleep(30)\n"
        "kernel.shell_handlers['kernel_info_request'] = kernel.control_handlers['kernel_info_request'] = silent\n"
        "print('x' * 17_000_000)",
        0,
    ),
    "flood deep folders": (
        "import os\nfor _ in range(1500): os.mkdir('d'); os.chdir('d')",
        3,
    ),
    "flood locked folders": (
        "import os\nos.makedirs('a/b/c')\nfor name in ('a/b/c', 'a/b', 'a'): os.chmod(name, 0)",
        3,
    ),
    "flood inodes": ("import os\nfor n in range(20000): open(f'f{{n}}', 'w').close()", 3),
    "flood descriptors": (
        "import os\nheld = []\ntry:\n    while True: held.append(os.open('/dev/null', 0))\nexcept OSError: pass",
        0,
    ),
    "end exit": ("import os; os._exit(0)", 0),
    "end kill": ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", 0),
    "end segfault": ("import ctypes; ctypes.string_at(0)", 0),
    "end stop": ("import os, signal; os.kill(os.getpid(), signal.SIGSTOP)", 0),
    "end loop": ("while True: pass", 3),
    "end stubborn loop": (
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
        0,
    ),
    "end outlives": (
        "import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', 'import time; time.sleep(3222)'],"
        " start_new_session=True)",
        3,
    ),
    "end later": (
        "import os, threading\nthreading.Timer(0.3, os._exit, (0,)).start()\nimport time; time.sleep(1)",
        0,
    ),
}
