"""A node from start to stop: one at a time, restarted when it crashes, nothing left behind however it ends."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from akson.app import settings as all_settings
from akson.app.supervisor.node_lock import running_node
from akson.app.supervisor.orders import Order, Role, Stage, read_order
from tests.app import nodes
from tests.app.nodes import RunningNode, akson, node, postmaster, start, wait_until
from tests.promises import allowed_s

RESTART_LIMIT_S = 15.0
LOGIN = "/logg-inn"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningNode]:
    with node(tmp_path_factory.mktemp("node"), "--workers", 2) as found:
        yield found


def test_it_answers_the_watchman_without_patient_data(running: RunningNode) -> None:
    status, body = running.get("/helse")
    assert (status, body) == (200, b'{"status": "pass", "record": "pass", "log": "pass"}')


def test_the_fhir_door_asks_who_is_there(running: RunningNode) -> None:
    assert running.get("/fhir/Patient")[0] == 401
    token = akson("token", "system", "--data", running.data).stdout.strip()
    assert running.get("/fhir/Patient", token)[0] == 200


def test_a_real_node_has_no_demo_login(running: RunningNode) -> None:
    status, page = running.get(LOGIN)
    assert status == 200
    assert b"Ida Nilsen" not in page


def test_a_second_start_on_the_same_data_says_where_the_first_is(running: RunningNode) -> None:
    done = akson("serve", "--data", running.data, "--port", 0)
    assert done.returncode == 1
    assert "AKS-APP-010" in done.stderr
    assert running.address in done.stderr


def test_a_taken_port_is_told_before_anything_is_made(running: RunningNode, tmp_path: Path) -> None:
    port = running.address.rpartition(":")[2]
    done = akson("serve", "--data", tmp_path, "--port", port)
    assert done.returncode == 1
    assert "AKS-APP-011" in done.stderr
    assert not (tmp_path / "pg").exists()


def test_commands_work_beside_a_running_node(running: RunningNode) -> None:
    assert akson("log", "verify", "--data", running.data).returncode == 0
    done = akson("doctor", "--json", "--data", running.data)
    assert done.returncode == 0, done.stdout
    assert running.address in done.stdout


def test_a_killed_worker_comes_back_and_the_others_answer_meanwhile(running: RunningNode) -> None:
    before = running.workers()
    assert len(before) == 4, "two for the web, two for the post"
    os.kill(before[0], signal.SIGKILL)
    assert running.get("/helse")[0] == 200
    wait_until(lambda: len(running.workers()) == 4 and before[0] not in running.workers())
    wait_until(lambda: running.get("/helse")[0] == 200)


def test_a_killed_database_comes_back(running: RunningNode) -> None:
    before = postmaster(running.data)
    assert before is not None
    os.kill(before, signal.SIGKILL)
    wait_until(lambda: postmaster(running.data) not in (None, before))
    wait_until(lambda: running.get("/helse")[0] == 200)


def test_ctrl_c_finishes_and_leaves_nothing_and_the_data_is_found_again(tmp_path: Path) -> None:
    first = start(tmp_path, "--workers", 1)
    token = first.token()
    began = time.monotonic()
    said = first.interrupt()
    assert first.process.returncode == 0, said
    assert time.monotonic() - began < allowed_s(10)
    assert "Stopped" in said
    assert postmaster(tmp_path) is None
    assert running_node(tmp_path) is None
    with node(tmp_path, "--workers", 1) as second:
        assert second.get("/fhir/Patient", token)[0] == 200


def test_a_killed_supervisor_takes_its_workers_along_and_blocks_nothing(tmp_path: Path) -> None:
    first = start(tmp_path, "--workers", 1)
    workers = first.workers()
    os.kill(first.process.pid, signal.SIGKILL)
    first.process.wait()
    wait_until(lambda: not any(nodes.command_line(pid) for pid in workers))
    wait_until(lambda: postmaster(tmp_path) is None)
    began = time.monotonic()
    with node(tmp_path, "--workers", 1) as second:
        assert time.monotonic() - began < allowed_s(RESTART_LIMIT_S)
        assert second.get("/helse")[0] == 200


def test_stale_files_of_a_dead_node_block_nothing(tmp_path: Path) -> None:
    first = start(tmp_path, "--workers", 1)
    pid = postmaster(tmp_path)
    first.kill_tree()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    assert (tmp_path / "akson.lock").read_text()
    assert (tmp_path / "pg" / "cluster" / "postmaster.pid").exists()
    with node(tmp_path, "--workers", 1) as second:
        assert second.get("/helse")[0] == 200


def test_a_real_node_is_never_opened_as_a_demo(running: RunningNode, tmp_path: Path) -> None:
    with node(tmp_path, "--workers", 1):
        pass
    done = akson("up", "--data", tmp_path, "--port", 0)
    assert done.returncode == 1
    assert "AKS-APP-021" in done.stderr
    assert postmaster(tmp_path) is None


def test_a_demo_is_never_served_as_a_real_node_and_shows_its_login(tmp_path: Path) -> None:
    with node(tmp_path, "--workers", 1, command="up") as demo:
        assert b"Ida Nilsen" in demo.get(LOGIN)[1]
        assert demo.get("/fhir/Patient/astrid", demo.token("ida"))[0] == 200
        assert demo.get("/fhir/Patient/astrid", demo.token("omar"))[0] == 404
    done = akson("serve", "--data", tmp_path, "--port", 0)
    assert done.returncode == 1
    assert "AKS-APP-020" in done.stderr


async def test_it_runs_on_an_external_postgresql(database: str, tmp_path: Path) -> None:
    with node(tmp_path, AKSON_DATABASE_URL=database) as running:
        assert running.get("/helse")[0] == 200
        assert not (tmp_path / "pg").exists()


def test_an_ordinary_user_runs_it() -> None:
    if os.geteuid() != 0:
        pytest.skip("These tests run as an ordinary user already.")
    if shutil.which("setpriv") is None:
        pytest.skip("setpriv is not on this machine, and only it changes the user here.")
    nobody = pwd.getpwnam("nobody")
    as_nobody = ["setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups"]
    env = nodes.environ(PYTHONPATH=os.pathsep.join(p for p in sys.path if p))
    python = _python_of_everybody(as_nobody, env)
    if python is None:
        pytest.skip("The user nobody can run no Python here that finds Akson: a folder above it is closed.")
    with tempfile.TemporaryDirectory(prefix="akson-nobody-") as folder:
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        data = Path(folder) / "data"
        line = [*as_nobody, python, *nodes.AKSON[1:], "serve", "--data", str(data), "--port", "0"]
        process = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=env)
        wait_until(lambda: nodes.facts(data).get("ready") or process.poll() is not None, 60)
        assert process.poll() is None, process.communicate()[0]
        assert (data / "pg" / "cluster").stat().st_uid == nobody.pw_uid
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=60)
        assert process.returncode == 0, said


def _python_of_everybody(as_nobody: list[str], env: dict[str, str]) -> str | None:
    """An interpreter of this version that nobody may start, and may start another process with."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    check = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import akson.app.worker, asyncpg'], check=True)"
    for python in (sys.executable, f"/usr/bin/{version}", f"/usr/local/bin/{version}"):
        if (
            Path(python).exists()
            and not subprocess.run([*as_nobody, python, "-c", check], env=env, capture_output=True).returncode
        ):
            return python
    return None


def test_an_order_survives_its_way_to_the_worker() -> None:
    order = Order(
        Role.WEB, Stage.DEMO, all_settings.load(environ={"AKSON_DATABASE_URL": "postgresql://u:p@h/d"}), 9
    )
    assert read_order(order.line()) == order


def test_an_address_of_another_machine_is_refused_in_words(tmp_path: Path) -> None:
    done = akson("serve", "--data", tmp_path, "--host", "192.0.2.1", "--port", 0)
    assert done.returncode == 1
    assert "AKS-APP-012" in done.stderr


def test_nobody_else_can_listen_in_between() -> None:
    """The bound socket is what the address says, so the printed port is the one that answers."""
    from akson.app.supervisor.listening import address, listen

    with listen("127.0.0.1", 0) as bound:
        port = int(address(bound).rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port)):
            pass
