"""A kernel with its client, and the list of the checks, for notebook_client.py and the files beside this one."""
import base64
import os
import struct
import sys
import time
import zlib

PATIENCE = float(os.environ.get("HECATE_TEST_DEADLINE", "20"))  # seconds
BINARY, FOLDER = sys.argv[1:3] if len(sys.argv) > 2 else (None, None)
checks = []


def check(function):
    checks.append(function)
    return function


def same(expected, got):
    if expected != got:
        raise AssertionError(f"expected {expected!r}, got {got!r}")


def holds(condition, *about):
    if not condition:
        raise AssertionError("; ".join(repr(a) for a in about) or "it does not hold")


class Cell:
    """What came back for a request to execute."""

    def __init__(self, messages, reply):
        self.messages = messages
        self.reply = reply

    def of(self, kind):
        return [m["content"] for m in self.messages if m["msg_type"] == kind]

    def text(self, name):
        return "".join(s["text"] for s in self.of("stream") if s["name"] == name)

    @property
    def out(self):
        return self.text("stdout")

    @property
    def result(self):
        found = self.of("execute_result")
        return found[0]["data"] if found else None


class Kernel:
    """A kernel and its client; `run` executes code and waits for its end."""

    def __init__(self, **variables):
        from jupyter_client.manager import KernelManager
        self.manager = KernelManager(kernel_name="hecate")
        self.manager.start_kernel(cwd=FOLDER, env={**os.environ, **variables})
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=PATIENCE)

    def send(self, code, **options):
        return self.client.execute(code, **options)

    def next_output(self, identity):
        """The next message that follows from the request `identity`."""
        deadline = time.monotonic() + PATIENCE
        while True:
            message = self.client.get_iopub_msg(timeout=max(0.01, deadline - time.monotonic()))
            if message["parent_header"].get("msg_id") == identity:
                return message

    def until(self, identity, wanted):
        """The messages up to the first that is wanted."""
        messages = []
        while True:
            messages.append(self.next_output(identity))
            if wanted(messages[-1]):
                return messages

    def reply(self, identity, channel="shell"):
        deadline = time.monotonic() + PATIENCE
        get = getattr(self.client, f"get_{channel}_msg")
        while True:
            message = get(timeout=max(0.01, deadline - time.monotonic()))
            if message["parent_header"].get("msg_id") == identity:
                return message["content"]

    def finish(self, identity):
        messages = self.until(identity, is_idle)
        return Cell(messages, self.reply(identity))

    def run(self, code, **options):
        return self.finish(self.send(code, **options))

    def good(self, code, **options):
        cell = self.run(code, **options)
        same("ok", cell.reply["status"] if cell.reply["status"] == "ok" else cell.reply)
        return cell

    def ask(self, kind, content, channel="shell"):
        message = self.client.session.msg(kind, content)
        getattr(self.client, channel + "_channel").send(message)
        return self.reply(message["header"]["msg_id"], channel)

    def interrupt(self):
        self.manager.interrupt_kernel()

    def stop(self):
        process = self.manager.provisioner.process
        self.client.stop_channels()
        self.manager.shutdown_kernel()
        return process.returncode


def is_idle(message):
    return message["msg_type"] == "status" and message["content"]["execution_state"] == "idle"


def decode_png(text):
    """Width, height and the bytes of the lines of a PNG in base64."""
    data = base64.b64decode(text)
    same(b"\x89PNG\r\n\x1a\n", data[:8])
    at, packed, size = 8, b"", None
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + length]
        same(zlib.crc32(kind + body), struct.unpack(">I", data[at + 8 + length:at + 12 + length])[0])
        if kind == b"IHDR":
            size = struct.unpack(">II", body[:8])
        if kind == b"IDAT":
            packed += body
        at += 12 + length
    return size[0], size[1], zlib.decompress(packed)


def is_alive(k):
    same("2", k.good("1 + 1").result["text/plain"])


def answer(k, code, *lines):
    """Runs code that reads, and gives it the lines."""
    identity = k.send(code, allow_stdin=True)
    for line in lines:
        question = k.client.get_stdin_msg(timeout=PATIENCE)
        same("input_request", question["msg_type"])
        k.client.input(line)
    return k.finish(identity)
