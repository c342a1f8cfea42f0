"""The rules of the house, read from its source by `ast`: each takes the source and gives what breaks it.

A house is its files: path from the project's root → text. A rule imports nothing of what it reads.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

House = Mapping[str, str]
Rule = Callable[[House], list[str]]
ROOT = Path(__file__).parents[1]

# --- who may import whom: downwards only ---

JOBS = ("check", "deliver", "judge", "backfill", "reread")
JOB_FILES = tuple(f"tracker/{job}.py" for job in JOBS)  # some are still to be built
BELOW = {"adapters", "domain", "scrapers", "version"}  # the floors under every job and entrance
SHARED = ("record", "announce", "ruling", "preview", "overdue", "context", "picture")
MAY_IMPORT = {
    "scrapers": {"scrapers"},
    "version": set(),
    "domain": {"domain", "scrapers"},
    "adapters": BELOW,
    **{job: {job, *SHARED, *BELOW} for job in JOBS},
    # What jobs share, each for its size a file of its own.
    "context": {"context", *BELOW},
    "picture": {"picture", *BELOW},
    "announce": {"announce", "context", *BELOW},
    "ruling": {"ruling", "announce", *BELOW},
    "preview": {"preview", "announce", *BELOW},
    "overdue": {"overdue", "announce", *BELOW},
    "told_of": {"told_of", "announce", *BELOW},
    "record": {"record", "told_of", "announce", *BELOW},
    "ask": {"ask", *BELOW},
    "web": {"web", "ask", *BELOW},
    "mcp": {"mcp", "web", "ask", *BELOW},
    "daemon": {"daemon", "web", *SHARED, *JOBS, *BELOW},
    "demo": {"demo", "daemon", *SHARED, *JOBS, *BELOW},
    "cli": {"cli", "ask", "demo", "daemon", "web", "mcp", *SHARED, *JOBS, *BELOW},
    "main": {"cli"},
}
ROOMS = {"tracker/__init__.py": "version", "tracker/__main__.py": "main"}

# --- what touches the world, and where alone it may be imported ---

STORE, CLI, WEB, DEMO = "tracker/adapters/store/", "tracker/cli/", "tracker/web/", "tracker/demo/"
FETCH, GUARD = "tracker/adapters/fetch.py", "tracker/adapters/guard.py"
NOTIFY, ANSWERS = "tracker/adapters/notify.py", "tracker/adapters/answers.py"
SERVICES = ("tracker/adapters/posting.py", "tracker/adapters/chats.py", "tracker/adapters/mail.py")
DAEMON = "tracker/daemon.py"
ONLY_IN: dict[str, tuple[str, ...]] = {
    "httpx": (FETCH,),
    "httpcore": (FETCH, GUARD),
    "anyio": (GUARD,),
    "idna": ("tracker/adapters/urls.py",),
    "protego": ("tracker/adapters/robots.py",),
    "sqlalchemy": (STORE,),
    "sqlite3": (STORE,),
    "psycopg": (STORE,),
    "pyarrow": ("tracker/adapters/parquet.py",),
    "alembic": (f"{STORE}migrate.py",),
    "zstandard": (f"{STORE}snapshots.py",),
    "apprise": (NOTIFY, *SERVICES),  # which write what notify.py sends
    "playwright": ("tracker/adapters/browser.py",),
    "requests": (SERVICES[1], ANSWERS),  # answers.py listens to what apprise and chats.py send by it
    "urllib3": (NOTIFY, ANSWERS),
    "smtplib": (ANSWERS,),
    "apscheduler": (DAEMON,),
    "uvicorn": (WEB,),
    "fastapi": (WEB,),
    "starlette": (WEB,),
    "jinja2": (WEB,),
    "markupsafe": (WEB,),
    "prometheus_client": (WEB,),
    "mcp": ("tracker/mcp/server.py",),
    "mcp_types": ("tracker/mcp/server.py",),
    "platformdirs": ("tracker/adapters/config/",),
    "typer": (CLI,),
    "rich": (CLI,),
    "plotext": (f"{CLI}history_chart.py",),
    "structlog": ("tracker/adapters/", CLI, DAEMON, WEB, "tracker/mcp/", *JOB_FILES),
    "selectolax": ("scrapers/",),
    "markdown_it": ("scrapers/",),
    "chompjs": ("scrapers/",),
    "feedparser": ("scrapers/",),
    "defusedxml": ("scrapers/",),
    "pydantic": (
        "tracker/domain/claims.py",
        "tracker/domain/claims_problems.py",
        "tracker/domain/market_tests.py",
        "tracker/domain/price_claims.py",
    ),
    "genai_prices": ("tracker/adapters/genai.py",),
    "vl_convert": ("tracker/adapters/charts.py",),
    "mpmath": ("tracker/domain/base_rate.py",),
    "socket": ("tracker/adapters/", DAEMON, DEMO),
    "ssl": (FETCH, GUARD),
    "multiprocessing": ("tracker/adapters/reader.py", "tracker/adapters/reading.py"),
    "subprocess": ("tracker/adapters/vega.py",),  # which runs our own interpreter only
    "urllib.request": (),
    "http.client": (),
    "ftplib": (),
}

# --- what the two rooms that touch nothing may use of the standard library ---

PURE = (
    "__future__", "base64", "binascii", "bisect", "collections", "contextlib", "copy", "dataclasses",
    "datetime", "decimal", "difflib", "email.utils", "enum", "fnmatch", "fractions", "functools", "hashlib",
    "heapq", "html", "io", "itertools", "json", "math", "numbers", "operator", "re", "statistics", "string",
    "textwrap", "types", "typing", "unicodedata", "urllib.parse", "xml.etree", "zoneinfo",
)  # fmt: skip
PURE_BESIDES = {
    "tracker/domain/settings.py": ("pathlib",),  # names files; never opens one
    "scrapers/catalog.py": ("importlib", "pkgutil"),  # finds the sources that lie beside it
}
CLOCKS = {"now", "utcnow", "today", "time", "time_ns", "monotonic", "perf_counter", "sleep"}
FILES = {
    "environ", "exists", "getenv", "glob", "iterdir", "mkdir", "open", "read_bytes", "read_text", "rglob",
    "stat", "unlink", "write_bytes", "write_text",
}  # fmt: skip
BUILT_IN = {"__import__", "eval", "exec", "input", "open", "print"}

# --- exceptions, each with its reason ---

IMPORTS_INSIDE = {}
IMPORTS_BY_NAME = {
    "tracker/cli/__init__.py": "a verb imports what it needs, and no more",
    "tracker/cli/mcp.py": "the list of verbs does without a second of imports",
    "scrapers/catalog.py": "sources are found, not listed",
}
BROAD_EXCEPTS = {
    ("tracker/adapters/reader.py", "_answer"): "whatever a reader trips over, the page is what changed",
    ("tracker/daemon.py", "_turn"): "whatever happens in one turn, the next one comes",
    ("tracker/adapters/notify.py", "work"): "a traceback of what sends may quote a secret address",
}
LONGEST = 250  # lines
LONG_FILES = {
    "tracker/adapters/fetch.py": "all that knows httpx stands in one file",
    "tracker/daemon.py": "all that knows APScheduler stands in one file",
}
BANNED_WORDS = {
    "base", "data", "handler", "handlers", "helper", "helpers", "info", "manager", "managers", "misc",
    "service", "services", "util", "utils",
}  # fmt: skip
TERMS_OF_ART = {"base_rate", "BaseRate"}  # a banned word in them means something
# A docstring of more than its one sentence: a drawing, or what a source leaves out on purpose.
LONG_DOCSTRINGS = (
    "tracker/__init__.py", "tracker/domain/errors.py", "scrapers/providers/", "scrapers/plans/",
    "scrapers/hosts/", "scrapers/catalogs/", "scrapers/feeds/",
)  # fmt: skip
SENTENCE = re.compile(r"[^\s].*[.?](?<!\.\.)")
BEGINS_ANOTHER = re.compile(r"[.?!]\s+[A-Z]")
OF_TESTS = re.compile(r"pytest|unittest|TESTING|under_test")


def read_house() -> dict[str, str]:
    """The modules that ship."""
    files = [f for top in ("tracker", "scrapers") for f in sorted((ROOT / top).rglob("*.py"))]
    return {f.relative_to(ROOT).as_posix(): f.read_text() for f in files}


@cache
def _tree(text: str) -> ast.Module:
    return ast.parse(text)


@dataclass(frozen=True)
class Import:
    """One module that a file imports; `inside` is the innermost function around the line, or empty."""

    file: str
    line: int
    module: str
    inside: str

    @property
    def place(self) -> str:
        return f"{self.file}:{self.line}"


def nodes(house: House) -> Iterator[tuple[str, ast.AST, str]]:
    """Every node of every file, with the innermost function around it."""

    def walk(node: ast.AST, inside: str) -> Iterator[tuple[ast.AST, str]]:
        for child in ast.iter_child_nodes(node):
            yield child, inside
            is_function = isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef))
            yield from walk(child, child.name if is_function else inside)

    for file, text in house.items():
        for node, inside in walk(_tree(text), ""):
            yield file, node, inside


def imports(house: House) -> list[Import]:
    """Every module that is imported anywhere; `from a import b` is a.b where that is a module of ours."""
    ours = {_module(file) for file in house}
    found = []
    for file, node, inside in nodes(house):
        if isinstance(node, ast.Import):
            found += [Import(file, node.lineno, alias.name, inside) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = "." * node.level + (node.module or "")
            names = {f"{base}.{a.name}" if f"{base}.{a.name}" in ours else base for a in node.names}
            found += [Import(file, node.lineno, name, inside) for name in sorted(names)]
    return found


def _module(file: str) -> str:
    return file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _is_or_below(module: str, package: str) -> bool:
    return module == package or module.startswith(package + ".")


def _room(module: str) -> str:
    """The room of a module of ours, "scrapers" or the name right below tracker; empty for others'."""
    top, _, rest = module.partition(".")
    if top == "tracker":
        return rest.partition(".")[0] or "version"
    return top if top == "scrapers" else ""


def imports_go_downwards(house: House) -> list[str]:
    """Entrances → jobs → adapters → domain → scrapers; no job imports another, and web imports none."""
    broken = []
    for i in imports(house):
        here, there = ROOMS.get(i.file) or _room(_module(i.file)), _room(i.module)
        if here not in MAY_IMPORT:
            broken.append(f"{i.file}: stands in no room: say in tests/house.py what it may import")
        elif there and there not in MAY_IMPORT[here]:
            broken.append(f"{i.place}: {here} must not import {i.module}")
    return broken


def imports_are_whole(house: House) -> list[str]:
    """No relative and no star import: a name says where it comes from."""
    broken = [f"{i.place}: a relative import" for i in imports(house) if i.module.startswith(".")]
    for file, node, _ in nodes(house):
        if isinstance(node, ast.ImportFrom) and any(a.name == "*" for a in node.names):
            broken.append(f"{file}:{node.lineno}: a star import")
    return broken


def what_touches_has_one_place(house: House) -> list[str]:
    """A library that touches the world is imported where its job is; an unknown one says where that is."""
    broken = []
    for i in imports(house):
        top = i.module.partition(".")[0]
        known = [places for package, places in ONLY_IN.items() if _is_or_below(i.module, package)]
        if any(not i.file.startswith(places) if places else True for places in known):
            broken.append(f"{i.place}: {i.module} has no place here")
        elif not known and top not in sys.stdlib_module_names and not _room(i.module):
            broken.append(f"{i.place}: {i.module} is new: say in tests/house.py where alone it belongs")
    return broken


def _is_pure(file: str) -> bool:
    return file.startswith(("scrapers/", "tracker/domain/"))


def readers_and_domain_touch_nothing(house: House) -> list[str]:
    """No network, clock, database, file or environment in scrapers/ and tracker/domain/."""
    broken = []
    for i in imports(house):
        pure = (*PURE, *PURE_BESIDES.get(i.file, ()))
        is_standard = i.module.partition(".")[0] in sys.stdlib_module_names
        if _is_pure(i.file) and is_standard and not any(_is_or_below(i.module, p) for p in pure):
            broken.append(f"{i.place}: {i.module} may touch something; if not, add it to PURE")
    for file, node, _ in nodes(house):
        if not _is_pure(file):
            continue
        if isinstance(node, ast.Attribute) and node.attr in CLOCKS | FILES:
            broken.append(f"{file}:{node.lineno}: .{node.attr} touches the clock or a file")
        if isinstance(node, ast.Name) and node.id in BUILT_IN:
            broken.append(f"{file}:{node.lineno}: {node.id} touches what is outside")
    return broken


def web_only_reads(house: House) -> list[str]:
    """No page writes: what opens a transaction to write stays out of its room."""
    return [
        f"{file}:{node.lineno}: imports {alias.name}, which writes"
        for file, node, _ in nodes(house)
        if file.startswith(WEB) and isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.name in ("writing", "outbox", "rulings")
    ]


def jobs_take_their_clock(house: House) -> list[str]:
    """A job asks the clock that it is given, never the system's."""
    broken = []
    for file, node, _ in nodes(house):
        if file not in JOB_FILES or not isinstance(node, ast.Attribute):
            continue
        if isinstance(node.value, ast.Name) and node.value.id in ("datetime", "date", "time"):
            broken += [f"{file}:{node.lineno}: asks the system's clock"] if node.attr in CLOCKS else []
    return broken


def nothing_imports_in_a_circle(house: House) -> list[str]:
    """Modules that import each other have no order in which they can be read."""
    known = {_module(file) for file in house}
    edges: dict[str, set[str]] = {module: set() for module in known}
    for i in imports(house):
        if i.module in known and i.module != _module(i.file):
            edges[_module(i.file)].add(i.module)
    return [f"{' → '.join([*ring, ring[0]])}: import each other" for ring in _rings(edges)]


def _rings(edges: Mapping[str, set[str]]) -> list[list[str]]:
    """One ring for each group of modules that reach each other."""
    done: set[str] = set()
    rings = []

    def visit(module: str, path: list[str]) -> None:
        if module in path:
            rings.append(path[path.index(module) :])
        elif module not in done:
            for further in sorted(edges[module]):
                visit(further, [*path, module])
            done.add(module)

    for module in sorted(edges):
        visit(module, [])
    return rings


def imports_stand_at_the_top(house: House) -> list[str]:
    """An import inside a function hides a circle, unless it is listed with a better reason."""
    broken = [
        f"{i.place}: {i.inside} imports {i.module}; list it in IMPORTS_INSIDE with its reason, or move it up"
        for i in imports(house)
        if i.inside and (i.file, i.inside) not in IMPORTS_INSIDE
    ]
    for file, node, _ in nodes(house):
        by_name = isinstance(node, ast.Name) and node.id in ("import_module", "__import__")
        by_name |= isinstance(node, ast.Attribute) and node.attr == "import_module"
        if by_name and file not in IMPORTS_BY_NAME:
            broken.append(f"{file}:{getattr(node, 'lineno', 0)}: imports a module by its name")
    return broken


def broad_excepts_are_few(house: House) -> list[str]:
    """Only a reader's, a turn's and a send's failures are caught whatever they are."""
    broken = []
    for file, node, inside in nodes(house):
        caught: list[ast.expr] = []
        if isinstance(node, ast.ExceptHandler):
            if node.type is None:
                broken.append(f"{file}:{node.lineno}: a bare except")
            else:
                caught = list(node.type.elts) if isinstance(node.type, ast.Tuple) else [node.type]
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("suppress"):
            caught = node.args
        for one in caught:
            if ast.unparse(one).rpartition(".")[2] not in ("Exception", "BaseException"):
                continue
            if (file, inside) not in BROAD_EXCEPTS or isinstance(node, ast.Call):
                broken.append(f"{file}:{one.lineno}: catches {ast.unparse(one)}: name what can go wrong")
    return broken


def files_are_short(house: House) -> list[str]:
    """A file is read in one sitting."""
    lines = {file: text.count("\n") for file, text in house.items()}
    return [
        f"{file}: {n} lines, more than {LONGEST}: split it, or list it in LONG_FILES with a reason"
        for file, n in lines.items()
        if n > LONGEST and file not in LONG_FILES
    ]


def names_say_something(house: House) -> list[str]:
    """No Manager, Handler, Service, Helper, Util, Base, Data, Info; no utils.py."""
    broken = [
        f"{file}: a module of that name says nothing"
        for file in house
        if {part for part in Path(file).stem.split("_") if part} & BANNED_WORDS
        if Path(file).stem not in TERMS_OF_ART
    ]
    for file, node, _ in nodes(house):
        if isinstance(node, ast.ClassDef) and node.name not in TERMS_OF_ART:
            words = {w.lower() for w in re.findall(r"[A-Z][a-z]*|[a-z]+", node.name)}
            if words & BANNED_WORDS:
                broken.append(f"{file}:{node.lineno}: class {node.name} says nothing")
    return broken


def modules_say_what_they_are(house: House) -> list[str]:
    """A module begins with one sentence on one line."""
    broken = []
    for file, text in house.items():
        first, *more = (ast.get_docstring(_tree(text)) or "").split("\n\n")
        if not first:
            broken.append(f"{file}: no docstring")
        elif not SENTENCE.fullmatch(first) or BEGINS_ANOTHER.search(first):
            # A drawing may follow its sentence on the next line, as in errors.py.
            if not (file.startswith(LONG_DOCSTRINGS) and SENTENCE.fullmatch(first.splitlines()[0])):
                broken.append(f"{file}: its docstring does not begin with one sentence on one line")
        elif more and not file.startswith(LONG_DOCSTRINGS):
            broken.append(f"{file}: its docstring goes on after its one sentence")
    return broken


def nothing_asks_whether_it_is_tested(house: House) -> list[str]:
    """What runs under test is what runs."""
    return [
        f"{file}:{number}: speaks of tests"
        for file, text in house.items()
        for number, line in enumerate(text.splitlines(), 1)
        if OF_TESTS.search(line)
    ]


RULES: tuple[Rule, ...] = (
    imports_go_downwards,
    imports_are_whole,
    what_touches_has_one_place,
    readers_and_domain_touch_nothing,
    web_only_reads,
    jobs_take_their_clock,
    nothing_imports_in_a_circle,
    imports_stand_at_the_top,
    broad_excepts_are_few,
    files_are_short,
    names_say_something,
    modules_say_what_they_are,
    nothing_asks_whether_it_is_tested,
)
