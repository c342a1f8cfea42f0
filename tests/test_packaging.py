"""What is shipped: the locks, the wheel, the image and its neighbours."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import tracker

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
RUNTIME = ROOT / "requirements.lock"
TESTS = ROOT / "requirements-test.lock"


def pins(lock: Path) -> dict[str, str]:
    """Name to version of every requirement in a lock."""
    found = re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", lock.read_text(), re.MULTILINE)
    return {canonicalize_name(name): version for name, version in found}


@pytest.mark.parametrize("lock", [RUNTIME, TESTS], ids=lambda lock: lock.name)
def test_a_lock_names_no_host_and_no_index(lock: Path) -> None:
    rules = [line for line in lock.read_text().splitlines() if not line.startswith("#")]
    assert rules
    for line in rules:
        assert re.fullmatch(
            r"[a-z0-9._-]+==[^\s/@]+( ; [^/@\\]+)? \\|    --hash=sha256:[0-9a-f]{64}( \\)?", line
        )
    assert "://" not in lock.read_text()


@pytest.mark.parametrize("lock", [RUNTIME, TESTS], ids=lambda lock: lock.name)
def test_every_pin_carries_a_hash(lock: Path) -> None:
    pinned = re.split(r"^(?=[a-z0-9])", lock.read_text(), flags=re.MULTILINE)[1:]
    assert [p.split()[0] for p in pinned if "--hash=sha256:" not in p] == []


def test_the_runtime_lock_holds_every_dependency_in_a_version_that_is_allowed() -> None:
    assert unmet(PROJECT["dependencies"], RUNTIME) == []


def test_the_tests_lock_holds_their_dependencies_too() -> None:
    assert unmet(PROJECT["dependencies"] + PROJECT["optional-dependencies"]["test"], TESTS) == []


def unmet(requirements: list[str], lock: Path) -> list[str]:
    """Those of `requirements` that the lock does not meet; docs/operating.md says how to mend it."""
    pinned = pins(lock)
    missing = []
    for requirement in map(Requirement, requirements):
        version = pinned.get(canonicalize_name(requirement.name))
        if version is None or not requirement.specifier.contains(version, prereleases=True):
            missing.append(f"{requirement} (pinned: {version})")
    return missing


def test_the_tests_lock_only_adds_to_the_runtimes() -> None:
    assert pins(RUNTIME).items() <= pins(TESTS).items()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert built.returncode == 0, built.stdout + built.stderr
    return zipfile.ZipFile(next(folder.glob("*.whl")))


def shipped(folder: str) -> list[str]:
    """Paths below a package's folder that a user needs: its modules and whatever lies beside them."""
    found = [p for p in (ROOT / folder).rglob("*") if p.is_file() and "__pycache__" not in p.parts]
    return [p.relative_to(ROOT).as_posix() for p in found if p.suffix != ".pyc"]


def test_the_wheel_holds_all_of_both_packages(wheel: zipfile.ZipFile) -> None:
    assert sorted({*shipped("tracker"), *shipped("scrapers")} - set(wheel.namelist())) == []


def test_the_wheel_holds_the_migrations_inside_the_package(wheel: zipfile.ZipFile) -> None:
    wanted = {name.replace("alembic/", "tracker/_migrations/", 1) for name in shipped("alembic")}
    assert "tracker/_migrations/env.py" in wanted
    assert sorted(wanted - set(wheel.namelist())) == []


def test_the_wheel_holds_nothing_else(wheel: zipfile.ZipFile) -> None:
    tops = {name.split("/")[0] for name in wheel.namelist()}
    assert tops == {"tracker", "scrapers", f"llm_price_tracker-{PROJECT['version']}.dist-info"}


def test_the_migrations_folder_does_not_shadow_the_library() -> None:
    assert not (ROOT / "alembic" / "__init__.py").exists()


def test_the_version_is_the_same_everywhere() -> None:
    label = re.search(r'image\.version="([^"]+)"', (ROOT / "Dockerfile").read_text())
    assert label
    assert label[1] == tracker.__version__ == PROJECT["version"]


def test_the_image_gets_only_what_it_is_made_of() -> None:
    lines = (ROOT / ".dockerignore").read_text().split()
    kept = {line[1:] for line in lines if line.startswith("!")}
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert "*" in lines
    assert kept == {name for line in copied for name in line.split()}


def test_the_image_runs_as_nobody_and_tells_its_health() -> None:
    final = (ROOT / "Dockerfile").read_text().split("\nFROM ")[-1]
    for line in (
        "USER 10001:10001",
        "STOPSIGNAL SIGTERM",
        "EXPOSE 8321",
        'ENTRYPOINT ["tracker"]',
        'CMD ["up"]',
    ):
        assert f"\n{line}\n" in final
    assert re.search(r'^HEALTHCHECK .*CMD \["tracker", "health"\]$', final, re.MULTILINE)


@pytest.fixture
def services() -> dict[str, dict[str, Any]]:
    compose: dict[str, dict[str, dict[str, Any]]] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return compose["services"]


def test_the_composed_tracker_can_do_no_more_than_it_needs(services: dict[str, dict[str, Any]]) -> None:
    tracker_service = services["tracker"]
    assert tracker_service["read_only"] is True
    assert tracker_service["cap_drop"] == ["ALL"]
    assert tracker_service["security_opt"] == ["no-new-privileges:true"]
    assert tracker_service["ports"] == ["127.0.0.1:8321:8321"]
    assert "ports" not in services["db"]


def test_composed_secrets_come_from_files(services: dict[str, dict[str, Any]]) -> None:
    for name, service in services.items():
        secret = [k for k in service["environment"] if re.search("PASSWORD|URL|NOTIFY", k)]
        assert secret, name
        assert all(k.endswith("_FILE") for k in secret), name
