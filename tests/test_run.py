"""./run, really run, with stand-ins for python3 and uv at the end of its reach."""

from __future__ import annotations

import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
# All that the script may call besides Python and uv.
TOOLS = ("sh", "env", "cat", "chmod", "cksum", "cp", "dirname", "grep", "mkdir", "mv", "readlink", "rm")
TOOLS += ("rmdir", "sleep", "tail")

PYTHON = """#!/bin/sh
echo "python $*" >>"$CALLS"
case "$1 $2" in
    "-c import sys"*) [ -z "${OLD_PYTHON-}" ] && echo "$0" ;;
    "-c import pip") [ -z "${NO_PIP-}" ] ;;
    "-m ensurepip") [ -z "${NO_PIP-}" ] ;;
    "-m venv") for dir; do :; done
        mkdir -p "$dir/bin" "$dir/lib/python3.11/site-packages" && cp "$0" "$dir/bin/python" ;;
    "-m pip") case "$*" in *--version) exit 0 ;; esac
        echo "cache off: ${PIP_NO_CACHE_DIR-no}" >>"$CALLS"
        echo "${PIP_SAYS-}"
        sleep "${PIP_SLEEPS:-0}"
        echo "pip ends" >>"$CALLS"
        exit "${PIP_EXITS:-0}" ;;
    *) pwd; for word; do echo "<$word>"; done ;;
esac
"""

UV = """#!/bin/sh
echo "uv $*" >>"$CALLS"
case $1 in
    venv) for dir; do :; done
        mkdir -p "$dir/bin" "$dir/lib/python3.11/site-packages" && cp "${0%/*}/python3" "$dir/bin/python" ;;
    pip) exit "${UV_EXITS:-0}" ;;
esac
"""


class Checkout:
    """A copy of what ./run needs, in a path with a space, and a PATH that holds nothing else."""

    def __init__(self, tmp: Path) -> None:
        self.root = tmp / "a checkout"
        self.bin = tmp / "bin"
        self.calls_file = tmp / "calls"
        self.home = tmp / "home"
        for folder in (self.root, self.bin, self.home, tmp / "elsewhere"):
            folder.mkdir()
        self.elsewhere = tmp / "elsewhere"
        shutil.copy(ROOT / "run", self.root)
        for lock in ("requirements.lock", "requirements-test.lock"):
            (self.root / lock).write_text(f"# {lock}\n")
        for tool in TOOLS:
            found = shutil.which(tool)
            assert found, f"{tool} is missing on this machine"
            (self.bin / tool).symlink_to(found)
        self.program("python3", PYTHON)

    def program(self, name: str, text: str) -> None:
        (self.bin / name).write_text(text)
        (self.bin / name).chmod(0o755)

    def start(self, *words: str, env: Mapping[str, str | None] | None = None) -> subprocess.Popen[str]:
        base = {"PATH": str(self.bin), "HOME": str(self.home), "CALLS": str(self.calls_file)}
        wanted = {k: v for k, v in {**base, **(env or {})}.items() if v is not None}
        return subprocess.Popen(
            [str(self.root / "run"), *words],
            cwd=self.elsewhere,
            env=wanted,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def run(self, *words: str, **env: str | None) -> subprocess.CompletedProcess[str]:
        process = self.start(*words, env=env)
        out, err = process.communicate(timeout=20)
        return subprocess.CompletedProcess(words, process.returncode, out, err)

    def calls(self) -> str:
        return self.calls_file.read_text() if self.calls_file.exists() else ""

    def installs(self) -> int:
        return self.calls().count("pip ends")

    def wait_for(self, words: str) -> None:
        until = time.monotonic() + 10
        while words not in self.calls():
            assert time.monotonic() < until, f"never came: {words}\n{self.calls()}"
            time.sleep(0.02)

    def leftovers(self) -> list[str]:
        return sorted(p.name for p in self.root.iterdir() if p.name.startswith(".venv."))


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def tracker_words(done: subprocess.CompletedProcess[str]) -> list[str]:
    assert done.returncode == 0, done.stderr
    _where, *words = done.stdout.splitlines()
    assert words[:3] == ["<-P>", "<-m>", "<tracker>"]
    return [w[1:-1] for w in words[3:]]


@pytest.mark.parametrize(
    ("given", "handed_over"),
    [
        ([], ["up"]),
        (["prices", "--json", "two words", "*", ""], ["prices", "--json", "two words", "*", ""]),
        (["--once"], ["up", "--once"]),
        (["--help"], ["--help"]),
        (["--version"], ["--version"]),
    ],
)
def test_words_pass_to_the_tracker_and_none_or_an_option_mean_up(
    checkout: Checkout, given: list[str], handed_over: list[str]
) -> None:
    assert tracker_words(checkout.run(*given)) == handed_over


def test_the_callers_folder_is_kept_and_stdout_is_the_trackers_alone(checkout: Checkout) -> None:
    done = checkout.run("prices")
    assert done.stdout.splitlines()[0] == str(checkout.elsewhere)
    assert done.stdout.count("\n") == 5
    assert all(line.startswith("run: ") for line in done.stderr.splitlines())


def test_the_environment_is_made_once_and_the_second_start_is_silent(checkout: Checkout) -> None:
    checkout.run("prices")
    again = checkout.run("prices")
    assert (again.stderr, checkout.installs()) == ("", 1)
    assert checkout.leftovers() == []


def test_tests_run_from_the_projects_root_with_their_own_packages(checkout: Checkout) -> None:
    done = checkout.run("test", "-k", "one two")
    assert done.stdout.splitlines() == [str(checkout.root), "<-m>", "<pytest>", "<-k>", "<one two>"]
    assert "--require-hashes --no-deps -r requirements-test.lock" in checkout.calls()


def test_tests_first_serve_the_tracker_too(checkout: Checkout) -> None:
    checkout.run("test")
    assert tracker_words(checkout.run("prices")) == ["prices"]
    assert checkout.installs() == 1


def test_tests_after_the_tracker_only_add_packages(checkout: Checkout) -> None:
    checkout.run("prices")
    checkout.run("test")
    assert checkout.installs() == 2
    assert checkout.calls().count("-m venv") == 1


def test_tests_that_cannot_be_installed_leave_the_tracker_usable(checkout: Checkout) -> None:
    checkout.run("prices")
    assert checkout.run("test", PIP_EXITS="1", PIP_SAYS="connection refused").returncode == 69
    again = checkout.run("prices")
    assert (tracker_words(again), again.stderr) == (["prices"], "")


def test_a_changed_lock_makes_the_environment_anew(checkout: Checkout) -> None:
    checkout.run("prices")
    (checkout.root / "requirements.lock").write_text("# newer\n")
    checkout.run("prices")
    assert checkout.calls().count("-m venv") == 2


def test_a_python_that_went_away_makes_the_environment_anew(checkout: Checkout) -> None:
    checkout.run("prices")
    (checkout.root / ".venv/bin/python").unlink()
    assert tracker_words(checkout.run("prices")) == ["prices"]


def test_a_moved_checkout_needs_no_new_install(checkout: Checkout) -> None:
    checkout.run("prices")
    checkout.root = checkout.root.rename(checkout.root.with_name("moved here"))
    again = checkout.run("prices")
    assert (tracker_words(again), again.stderr) == (["prices"], "")
    pointer = next(checkout.root.glob(".venv/lib/*/site-packages/llm-price-tracker.pth"))
    assert (pointer.parent / pointer.read_text().strip()).resolve() == checkout.root.resolve()


def test_a_link_to_run_works_from_anywhere(checkout: Checkout) -> None:
    link = checkout.elsewhere / "tracker"
    link.symlink_to(checkout.root / "run")
    env = {"PATH": str(checkout.bin), "HOME": str(checkout.home), "CALLS": str(checkout.calls_file)}
    done = subprocess.run(["./tracker", "moves"], cwd=link.parent, env=env, capture_output=True, text=True)
    assert tracker_words(done) == ["moves"]


def test_no_python_is_one_line_that_says_what_to_install(checkout: Checkout) -> None:
    (checkout.bin / "python3").unlink()
    done = checkout.run()
    assert (done.returncode, done.stdout) == (69, "")
    assert "install python3" in done.stderr.splitlines()[-1]
    assert checkout.leftovers() == []


def test_an_old_python_is_passed_over_for_a_newer_one(checkout: Checkout) -> None:
    checkout.program("python3", "#!/bin/sh\nexit 1\n")
    checkout.program("python3.12", PYTHON)
    assert tracker_words(checkout.run("prices")) == ["prices"]


def test_only_old_pythons_are_no_python(checkout: Checkout) -> None:
    done = checkout.run(OLD_PYTHON="1")
    assert done.returncode == 69
    assert "3.11" in done.stderr


def test_uv_is_preferred_and_checks_hashes(checkout: Checkout) -> None:
    checkout.program("uv", UV)
    assert tracker_words(checkout.run("prices")) == ["prices"]
    assert "--require-hashes --no-deps -r requirements.lock" in checkout.calls()
    assert checkout.installs() == 0


def test_pip_takes_over_where_uv_cannot_install(checkout: Checkout) -> None:
    checkout.program("uv", UV)
    assert tracker_words(checkout.run("prices", UV_EXITS="2")) == ["prices"]
    assert checkout.installs() == 1


def test_a_uv_that_does_not_start_is_no_uv(checkout: Checkout) -> None:
    checkout.program("uv", "#!/bin/sh\nexit 127\n")
    assert tracker_words(checkout.run("prices")) == ["prices"]


def test_without_ensurepip_another_pip_installs_into_the_environment(checkout: Checkout) -> None:
    assert tracker_words(checkout.run("prices", NO_PIP="1")) == ["prices"]
    assert f"-m pip --python {checkout.root}/.venv/bin/python install" in checkout.calls()


def test_no_network_is_one_line_and_the_next_start_tries_again(checkout: Checkout) -> None:
    failed = checkout.run(PIP_EXITS="1", PIP_SAYS="Temporary failure in name resolution")
    assert failed.returncode == 69
    assert "connect to the network" in failed.stderr.splitlines()[-1]
    assert "Temporary failure" not in failed.stderr
    assert tracker_words(checkout.run("prices")) == ["prices"]


def test_another_failure_shows_the_installers_own_words(checkout: Checkout) -> None:
    failed = checkout.run(PIP_EXITS="1", PIP_SAYS="THESE PACKAGES DO NOT MATCH THE HASHES")
    assert failed.returncode == 69
    assert "DO NOT MATCH" in failed.stderr


@pytest.mark.parametrize("home", [None, "", "unwritable"])
def test_without_a_home_to_write_in_the_caches_are_off(checkout: Checkout, home: str | None) -> None:
    if home == "unwritable":  # below a file: not even root can
        home = str(checkout.root / "run" / "home")
    assert tracker_words(checkout.run("prices", HOME=home)) == ["prices"]
    assert "cache off: 1" in checkout.calls()


def test_a_stop_during_the_install_ends_it_and_leaves_no_lock(checkout: Checkout) -> None:
    process = checkout.start(env={"PIP_SLEEPS": "2"})
    checkout.wait_for("cache off")
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=10)
    assert process.returncode == 143
    assert checkout.leftovers() == []
    assert checkout.installs() == 0


def test_an_install_killed_outright_is_redone_after_its_installer_ended(checkout: Checkout) -> None:
    process = checkout.start(env={"PIP_SLEEPS": "0.8"})
    checkout.wait_for("cache off")
    process.kill()
    process.wait(timeout=10)
    assert tracker_words(checkout.run("prices")) == ["prices"]
    assert checkout.calls().count("-m venv") == 2
    assert checkout.calls().index("pip ends") < checkout.calls().rindex("-m venv")
    assert checkout.leftovers() == []


def test_a_lock_left_by_the_dead_is_inherited(checkout: Checkout) -> None:
    dead = subprocess.Popen(["true"])
    dead.wait()
    (checkout.root / ".venv.lock").mkdir()
    (checkout.root / ".venv.lock" / str(dead.pid)).touch()
    assert tracker_words(checkout.run("prices")) == ["prices"]
    assert checkout.leftovers() == []


def test_starts_at_the_same_moment_install_once(checkout: Checkout) -> None:
    started = [checkout.start(verb, env={"PIP_SLEEPS": "0.3"}) for verb in ("prices", "moves", "index")]
    ended = [(p.communicate(timeout=20), p.returncode) for p in started]
    assert [code for _, code in ended] == [0, 0, 0]
    assert checkout.installs() == 1
    assert checkout.leftovers() == []
