"""Checks of interrupts, of messages that make no sense, of begin and end, and of whole notebooks."""
import hashlib
import hmac
import json
import os
import queue
import subprocess
import sys
import time
import uuid

from notebook_checks.kernel import PATIENCE, FOLDER, check, same, holds, Kernel, decode_png, is_alive, answer


# ---- interrupts ---------------------------------------------------------------------------------


def interrupted(k, code, how, ready="print('begun') "):
    """Runs a cell without end and interrupts it; the seconds that took."""
    identity = k.send(ready + code)
    k.until(identity, lambda m: m["msg_type"] == "stream")
    time.sleep(0.1)
    began = time.monotonic()
    how()
    cell = k.finish(identity)
    same("error", cell.reply["status"])
    holds("interrupted" in cell.reply["evalue"], cell.reply)
    return time.monotonic() - began


@check
def an_endless_loop_can_be_interrupted(k):
    k.good("kept = 1")
    k_time = interrupted(k, "while true do kept = kept + 1 end", k.interrupt)
    holds(k_time < PATIENCE / 2, k_time)
    holds(int(k.good("kept").result["text/plain"]) > 1)
    interrupted(k, "while true do pcall(function() while true do end end) end", lambda: (k.interrupt(), time.sleep(0.3), k.interrupt()))
    interrupted(k, "local co = coroutine.wrap(function() while true do end end) co()", k.interrupt)


@check
def tensor_loops_can_be_interrupted(k):
    k.good("m = torch.ones(700, 700)")
    interrupted(k, "while true do m:mm(m) end", k.interrupt)
    interrupted(k, "local t = torch.ones(1000000) while true do t:exp_():sin_() end", k.interrupt)
    same("490000", k.good("m:sum():item() // 1 | 0").result["text/plain"])


@check
def an_interrupt_may_be_a_message(k):
    def ask():
        message = k.client.session.msg("interrupt_request", {})
        k.client.control_channel.send(message)
        same("ok", k.reply(message["header"]["msg_id"], "control")["status"])
    interrupted(k, "while true do end", ask)
    is_alive(k)


@check
def waiting_can_be_interrupted(k):
    identity = k.send("io.read()", allow_stdin=True)
    k.client.get_stdin_msg(timeout=PATIENCE)
    k.interrupt()
    same("error", k.finish(identity).reply["status"])
    same("fresh", answer(k, "io.read()", "fresh").result["text/plain"])


@check
def an_interrupt_between_cells_is_nothing(k):
    for _ in range(3):
        k.interrupt()
        time.sleep(0.05)
    is_alive(k)


# ---- the protocol -----------------------------------------------------------------------------------


def raw_frames(k, kind, content, key=None):
    header = {"msg_id": uuid.uuid4().hex, "session": "s", "username": "u", "date": "2024-01-01T00:00:00Z",
              "msg_type": kind, "version": "5.3"}
    parts = [json.dumps(part).encode() for part in (header, {}, {})] + [content]
    code = hmac.new(key if key is not None else k.client.session.key, digestmod=hashlib.sha256)
    for part in parts:
        code.update(part)
    return [b"<IDS|MSG>", code.hexdigest().encode()] + parts


@check
def nonsense_does_not_end_it(k):
    shell, control = k.client.shell_channel.socket, k.client.control_channel.socket
    good = raw_frames(k, "execute_request", b'{"code":"forged = 1"}')
    for socket in (shell, control):
        socket.send_multipart([b""])
        socket.send_multipart([b"<IDS|MSG>"])
        socket.send_multipart([b"x"] * 100)
        socket.send_multipart(raw_frames(k, "execute_request", b'{"code":"forged = 1"}', b"wrong key"))
        socket.send_multipart([good[0], b"", *good[2:]])
        socket.send_multipart([good[0], good[1].upper(), *good[2:]])
        for content in (b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"code":"\\ud800"}'):
            socket.send_multipart(raw_frames(k, "execute_request", content))
    for kind in ("execute_request", "complete_request", "inspect_request", "is_complete_request", "history_request",
                 "comm_open", "no_such_request", "", "comm_msg"):
        for content in (b"{}", b'{"code":null,"cursor_pos":null}', b'{"code":{},"cursor_pos":-5}',
                        b'{"code":"1","cursor_pos":1e9,"n":"y","hist_access_type":7}'):
            shell.send_multipart(raw_frames(k, kind, content))
    k.interrupt()
    deadline = time.monotonic() + PATIENCE
    while True:  # replies to these come first
        try:
            is_alive(k)
            break
        except queue.Empty:
            holds(time.monotonic() < deadline, "no answer")
    same("nil", k.good("forged or nil").result["text/plain"])


@check
def the_heart_beats_while_a_cell_runs(k):
    identity = k.send("print('begun') while true do end")
    k.until(identity, lambda m: m["msg_type"] == "stream")
    import zmq
    beat = zmq.Context.instance().socket(zmq.REQ)
    beat.linger = 0
    beat.connect(f"tcp://127.0.0.1:{k.client.get_connection_info()['hb_port']}")
    for text in (b"ping", b"pong"):
        beat.send(text)
        holds(beat.poll(PATIENCE * 1000), "no heartbeat")
        same(text, beat.recv())
    beat.close()
    k.interrupt()
    k.finish(identity)


# ---- life and death ----------------------------------------------------------------------------------


@check
def a_restart_forgets(k):
    k.good("remembered = 1")
    k.manager.restart_kernel(now=False)
    k.client.wait_for_ready(timeout=PATIENCE)
    same("nil", k.good("remembered or nil").result["text/plain"])
    same(2, k.good("1").reply["execution_count"])
    identity = k.send("print('busy') while true do end")
    k.until(identity, lambda m: m["msg_type"] == "stream")
    k.manager.restart_kernel(now=False)
    k.client.wait_for_ready(timeout=PATIENCE)
    is_alive(k)


def children_of(pid):
    found = []
    for entry in os.listdir("/proc"):
        try:
            with open(f"/proc/{entry}/stat") as file:
                fields = file.read().rsplit(")", 1)[1].split()
            if entry.isdigit() and int(fields[1]) == pid:
                found.append((int(entry), fields[0]))
        except (OSError, IndexError, ValueError):
            pass
    return found


@check
def it_ends_cleanly(_):
    kernel = Kernel()
    pid = kernel.manager.provisioner.process.pid
    kernel.good("gnuplot.plot(torch.rand(3)) os.execute('true')")
    same([], children_of(pid))
    same(0, kernel.stop())


@check
def a_cell_may_end_it(_):
    kernel = Kernel()
    process = kernel.manager.provisioner.process
    identity = kernel.send("print('last words') os.exit(3)")
    kernel.until(identity, lambda m: m["msg_type"] == "stream" and m["content"]["text"] == "last words\n")
    same(3, process.wait(PATIENCE))
    kernel.stop()


@check
def it_ends_with_who_started_it(_):
    code = ("import sys, time\nfrom jupyter_client.manager import KernelManager\nm = KernelManager(kernel_name='hecate')\n"
            "m.start_kernel()\nc = m.client()\nc.start_channels()\nc.wait_for_ready(timeout=60)\n"
            "print(m.provisioner.process.pid, flush=True)\ntime.sleep(600)\n")
    starter = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=FOLDER)
    pid = int(starter.stdout.readline())
    starter.kill()
    starter.wait()
    deadline = time.monotonic() + PATIENCE
    while os.path.exists(f"/proc/{pid}/stat") and open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()[0] != "Z":
        holds(time.monotonic() < deadline, "the kernel is still there")
        time.sleep(0.05)


# ---- notebooks ------------------------------------------------------------------------------------------


def execute_notebook(cells):
    import nbformat
    from nbclient import NotebookClient
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    NotebookClient(notebook, kernel_name="hecate", timeout=int(PATIENCE), resources={"metadata": {"path": FOLDER}}).execute()
    return notebook


@check
def a_notebook_that_fails_says_where(_):
    from nbclient.exceptions import CellExecutionError
    same("3", execute_notebook(["a = 1", "a + 2"]).cells[1].outputs[0]["data"]["text/plain"])
    try:
        execute_notebook(["a = 1", "error('in a notebook')"])
    except CellExecutionError as e:
        holds("in a notebook" in str(e), str(e))
    else:
        raise AssertionError("no error")


@check
def the_tour_runs(_):
    import nbformat
    from nbclient import NotebookClient
    notebook = nbformat.read(os.path.join(os.path.dirname(__file__), "../../../scripts/examples/tour.ipynb"), 4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    same([], [cell.outputs for cell in code if cell.outputs])  # kept without outputs
    NotebookClient(notebook, kernel_name="hecate", timeout=60, resources={"metadata": {"path": FOLDER}}).execute()
    pictures = [output for cell in code for output in cell.outputs if "image/png" in output.get("data", {})]
    holds(len(pictures) >= 2, len(pictures))
    for picture in pictures:
        decode_png(picture["data"]["image/png"])
    holds(any(output.get("output_type") == "execute_result" for cell in code for output in cell.outputs))
