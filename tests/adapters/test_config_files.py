"""What the settings point to: the database, directories, and files that are there or are not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from sqlalchemy import make_url

from tracker.adapters.config import load
from tracker.domain.errors import BadSettings


def problem_of(env: dict[str, str], cwd: Path | None = None) -> str:
    with pytest.raises(BadSettings) as problem:
        load(env, cwd=cwd)
    return str(problem.value)


@pytest.mark.parametrize("name", ["data", "a b", "50% #1", "Größe", "a@b:c"])
def test_the_default_database_lies_in_the_data_directory_whatever_its_name(tmp_path: Path, name: str) -> None:
    settings = load({"TRACKER_DATA_DIR": name}, cwd=tmp_path)
    assert make_url(settings.database_url).database == str(tmp_path / name / "tracker.db")


@pytest.mark.parametrize(
    "said",
    [
        "postgresql://u:p%40%2F@db.example:5432/prices?sslmode=require",
        "postgres://u@[::1]:5432/prices",
        "POSTGRESQL+PSYCOPG:///prices?host=/var/run/postgresql",
    ],
)
def test_an_address_of_postgresql_is_one_that_sqlalchemy_reads_the_same(said: str, tmp_path: Path) -> None:
    url = make_url(load({"TRACKER_DATABASE_URL": said}, cwd=tmp_path).database_url)
    assert url.drivername == "postgresql+psycopg"
    assert (url.database, url.password) == ("prices", "p@/" if "p%40" in said else None)


def test_a_relative_path_starts_where_it_was_written(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/tracker.toml").write_text('database_url = "sqlite:///prices.db"\n')
    env = {"TRACKER_CONFIG": "etc/tracker.toml", "TRACKER_DATA_DIR": "data"}
    settings = load(env, cwd=tmp_path)
    assert settings.database_url == f"sqlite:///{tmp_path}/etc/prices.db"
    assert settings.data_dir == tmp_path / "data"
    assert (
        load(env | {"TRACKER_CONFIG": "etc/x"}, flags={"config": "etc/tracker.toml"}, cwd=tmp_path)
        == settings
    )


def test_a_file_that_may_not_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "tracker.toml").touch(0)
    tmp_path.chmod(0o711)
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)  # nothing is forbidden to root
    try:
        line = problem_of({"TRACKER_CONFIG": str(tmp_path / "tracker.toml")})
    finally:
        os.seteuid(user)
    assert line.endswith(": may not be read by this user; change its owner or its mode")


@pytest.mark.parametrize("path", ["/dev/zero", "pipe", "loop"])
def test_a_file_that_would_never_end_is_not_opened(tmp_path: Path, path: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    line = problem_of({"TRACKER_CONFIG": str(tmp_path / path)})
    assert "is not a regular file" in line or "symbolic links" in line


def test_a_dangling_link_is_not_taken_for_no_file_at_all(tmp_path: Path) -> None:
    (tmp_path / "tracker.toml").symlink_to("elsewhere.toml")
    with pytest.raises(BadSettings, match=r"^tracker.toml: is not there; "):
        load({}, cwd=tmp_path)
