"""Sources are found by where their files lie, also from an installed wheel."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import scrapers
from scrapers.catalog import KINDS, BrokenSource, find, sources

ROOM = Path(scrapers.__file__).parent
GOOD = 'from scrapers.source import Source\n\nSOURCE = Source("https://acme.example/", lambda page: None)\n'


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty room with the house's folders, importable under a name of its own."""
    folder = tmp_path / f"room_{tmp_path.name.replace('-', '_')}"
    for kind in KINDS:
        (folder / kind).mkdir(parents=True)
        (folder / kind / "__init__.py").write_text("")
    (folder / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(str(tmp_path))
    before = set(sys.modules)
    yield folder
    for name in set(sys.modules) - before:
        del sys.modules[name]


def test_a_file_in_a_folder_is_a_source_named_after_both(room: Path) -> None:
    (room / "hosts" / "acme.py").write_text(GOOD)
    (room / "hosts" / "_shared.py").write_text("SOURCE = None\n")
    found = find(room.name)
    assert {id: (s.id, s.kind) for id, s in found.items()} == {"acme": ("acme", "hosts")}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("import nowhere_to_be_found\n", "ModuleNotFoundError"),
        ("SOURCE = Source()\n", "NameError"),
        ("SOURCE = (\n", "SyntaxError"),
        (GOOD.replace("lambda page: None", ""), "TypeError"),
        ("SOURCE = 1\n", "declares no SOURCE"),
        ("", "declares no SOURCE"),
    ],
)
def test_a_broken_source_file_is_named_with_its_fault(room: Path, text: str, says: str) -> None:
    (room / "feeds" / "acme.py").write_text(text)
    with pytest.raises(BrokenSource, match=f"feeds/acme.py: .*{says}"):
        find(room.name)


def test_two_files_cannot_share_an_id(room: Path) -> None:
    (room / "hosts" / "acme.py").write_text(GOOD)
    (room / "plans" / "acme.py").write_text(GOOD)
    with pytest.raises(BrokenSource, match=r"hosts/acme\.py: plans has that id too"):
        find(room.name)


def test_every_source_of_the_house_is_found_with_an_https_address() -> None:
    files = {f.stem.replace("_", "-") for kind in KINDS for f in (ROOM / kind).glob("[a-z]*.py")}
    assert set(sources()) == files >= {"openai", "openrouter", "wheresyoured"}
    for source in sources().values():
        assert source.url.startswith("https://"), source.id
        assert source.kind in KINDS


def test_sources_are_found_where_the_package_lies_in_an_archive(tmp_path: Path) -> None:
    archive = tmp_path / "house.whl"
    with zipfile.ZipFile(archive, "w") as wheel:
        for file in sorted(ROOM.rglob("*.py")):
            wheel.write(file, file.relative_to(ROOM.parent))
    script = "from scrapers.catalog import sources; print(*sources(), sep='\\n')"
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(archive)!r}); {script}"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert set(done.stdout.split()) == set(sources())


def test_sources_are_found_in_a_copy_of_the_folder(tmp_path: Path) -> None:
    shutil.copytree(ROOM, tmp_path / "site" / "scrapers", ignore=shutil.ignore_patterns("__pycache__"))
    script = "import scrapers; from scrapers.catalog import sources; print(scrapers.__file__, len(sources()))"
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path / "site",
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.stdout.split() == [str(tmp_path / "site" / "scrapers" / "__init__.py"), str(len(sources()))]
