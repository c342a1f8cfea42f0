"""A folder is replaced when the new one is whole, and never at the cost of what others put there."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tracker.adapters.site_folder import MANIFEST, site_folder
from tracker.domain.errors import Busy, StoreTrouble


def write(folder: Path, **files: str) -> None:
    with site_folder(folder, {"format": "site"}) as part:
        for name, words in files.items():
            part.put(f"{name}.txt", words.encode())


def words(folder: Path) -> dict[str, str]:
    return {f.stem: f.read_text() for f in folder.glob("*.txt")}


def test_a_former_site_is_gone_with_all_its_files(tmp_path: Path) -> None:
    write(tmp_path / "site", a="1", b="2")
    write(tmp_path / "site", a="3")
    assert words(tmp_path / "site") == {"a": "3"}
    assert json.loads((tmp_path / "site" / MANIFEST).read_text())["files"] == 1
    assert [p.name for p in tmp_path.iterdir()] == ["site"]


def test_what_a_crash_left_beside_is_cleared_away(tmp_path: Path) -> None:
    left = tmp_path / ".site.part/of/old"
    left.mkdir(parents=True)
    (left.parent.parent / "old.txt").write_text("half")
    write(tmp_path / "site", a="1")
    assert words(tmp_path / "site") == {"a": "1"} and not (tmp_path / "site/of").exists()


def test_a_crash_between_the_two_renames_costs_nothing(tmp_path: Path) -> None:
    write(tmp_path / "site", a="1")
    (tmp_path / "site").rename(tmp_path / ".site.old")
    with pytest.raises(RuntimeError), site_folder(tmp_path / "site", {}):
        raise RuntimeError
    assert words(tmp_path / "site") == {"a": "1"}


def test_an_empty_folder_and_a_link_to_one_are_filled(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "site").symlink_to(tmp_path / "real")
    write(tmp_path / "site", a="1")
    assert (tmp_path / "site").is_symlink() and words(tmp_path / "real") == {"a": "1"}


@pytest.mark.parametrize("manifest", ["", "{}", "[]", '{"top": ["thesis.txt"]}', None])
def test_a_folder_of_others_is_left_alone(tmp_path: Path, manifest: str | None) -> None:
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "thesis.doc").write_text("ten years")
    if manifest is not None:
        (folder / MANIFEST).write_text(manifest)
    with pytest.raises(StoreTrouble, match="name a"):
        write(folder, a="1")
    assert (folder / "thesis.doc").read_text() == "ten years"


def test_a_file_and_a_folder_that_cannot_be_written_are_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "file", tmp_path / "file/site", Path("/")):
        with pytest.raises(StoreTrouble, match=r"name a|name another"):
            write(folder, a="1")


def test_two_exports_at_once_do_not_mix(tmp_path: Path) -> None:
    with site_folder(tmp_path / "site", {}) as part:
        part.put("a.txt", b"1")
        with pytest.raises(Busy, match="another export"):
            write(tmp_path / "site", b="2")
    assert words(tmp_path / "site") == {"a": "1"}


def test_one_that_begins_while_another_ends_keeps_what_it_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "site", a="1")
    second, remove = site_folder(tmp_path / "site", {}), shutil.rmtree

    def removed(place: Path, **how: Any) -> None:
        if place.name == ".site.old" and place.exists():
            monkeypatch.setattr(shutil, "rmtree", remove)
            second.__enter__().put("c.txt", b"3")
        remove(place, **how)

    monkeypatch.setattr(shutil, "rmtree", removed)
    write(tmp_path / "site", b="2")
    assert words(tmp_path / "site") == {"b": "2"}
    second.__exit__(None, None, None)
    assert words(tmp_path / "site") == {"c": "3"}
    assert [p.name for p in tmp_path.iterdir()] == ["site"]


@pytest.mark.parametrize("name", ["../a", "/etc/a", "a/../../b", "", ".a", "A", "a//b", "a\n", "x" * 300])
def test_no_name_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="no file of a site"), site_folder(tmp_path / "site", {}) as part:
        part.put(name, b"")
    assert list(tmp_path.iterdir()) == []
