"""Drives the kernel as Jupyter does, with jupyter_client and nbclient. tests/hecate/notebook_spec.lua
starts it: with "--list" it prints the names of the checks, else it runs them, each on a kernel
that the others have used, and prints a line of JSON for each: its name, and what was wrong.
Arguments: the executable, a folder of its own, and maybe the names of the checks to run."""
import base64
import hashlib
import hmac
import json
import os
import queue
import re
import signal
import struct
import subprocess
import sys
import time
import traceback
import uuid
import zlib

PATIENCE = float(os.environ.get("HECATE_TEST_DEADLINE", "20"))  # seconds
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


# ---- values and text ---------------------------------------------------------------------


@check
def it_tells_what_it_is(k):
    info = k.ask("kernel_info_request", {})
    same("ok", info["status"])
    same("hecate", info["implementation"])
    same("lua", info["language_info"]["name"])
    holds(info["protocol_version"].startswith("5."), info)
    same((".lua", "text/x-lua", "lua", "lua"), tuple(info["language_info"][key] for key in (
        "file_extension", "mimetype", "codemirror_mode", "pygments_lexer")))  # what colours and export go by


@check
def an_expression_is_the_result(k):
    same("42", k.good("6 * 7").result["text/plain"])
    same(None, k.good("a_variable = 6").result)
    same(None, k.good("6 * 7;").result)
    same(None, k.good("").result)
    same("6", k.good("=a_variable").result["text/plain"])
    same("1\t2", k.good("1, 2").result["text/plain"])
    same("nil", k.good("nil").result["text/plain"])
    cell = k.good("io.write('written')")
    same(("written", None), (cell.out, cell.result))


@check
def the_last_expression_is_the_result(k):
    for code, expected in (("p = 2\np * 3", "6"), ("p = 4\nmath.max(p, 1) -- of it", "4"), ("p = 1\np;", None),
                           ("p = 1\n\n{p,\n 2}\n", "{1, 2}"), ("p = 1\n-p", None), ("p = 1\n#'abc'", "3"), ("p = 1\n'text'", "text"),
                           ("local f = function(x) return x end\nlocal g = f\n(p)", None), ("p = 3\nq = 4", None),
                           ("for i = 1, 2 do\n  p = i\nend", None), ("function h()\n  return 1\nend\nh()", "1"),
                           ("p = [[\np]]", None), ("do p = 5 end\nnot p, p", "false\t5")):
        data = k.good(code).result
        same((code, expected), (code, data and data["text/plain"]))


@check
def cells_are_counted(k):
    first = k.good("1").reply["execution_count"]
    cell = k.good("2")
    same(first + 1, cell.reply["execution_count"])
    same(first + 1, cell.of("execute_input")[0]["execution_count"])
    same(first + 1, cell.of("execute_result")[0]["execution_count"])
    same("2", cell.of("execute_input")[0]["code"])
    k.good("3", store_history=False)
    same(first + 2, k.good("4").reply["execution_count"])


@check
def a_silent_cell_shows_nothing(k):
    before = k.good("1").reply["execution_count"]
    cell = k.good("silently = 7 return 8", silent=True)
    same(["status", "status"], [m["msg_type"] for m in cell.messages])
    same("7", k.good("silently").result["text/plain"])
    same(before + 2, k.good("1").reply["execution_count"])


@check
def tensors_and_rows_are_tables(k):
    data = k.good("torch.arange(6):reshape(2, 3)").result
    holds("tensor({{0, 1, 2}," in data["text/plain"], data)
    holds("<td>5</td>" in data["text/html"] and "int64" in data["text/html"], data)
    data = k.good("torch.zeros(1000, 1000)").result
    holds("<td>2.5000</td>" in k.good("torch.tensor({1, 2.5})").result["text/html"])
    holds("<td>1.0000e-09</td>" in k.good("torch.tensor({{1e-9, 0/0}})").result["text/html"])
    holds(data["text/html"].count("<td>") <= 13 * 13, len(data["text/html"]))
    data = k.good("{{name = 'a<b', loss = 1.5}, {name = 'c', loss = 2}}").result
    holds("<th>loss</th>" in data["text/html"] and '<td style="text-align: left">a&lt;b</td>' in data["text/html"], data)
    holds("text/html" not in k.good("torch.zeros(2, 2, 2)").result)
    holds("text/html" not in k.good("{1, 2}").result)
    data = k.good("torch.tensor({3, 1}):sort()").result
    same(2, data["text/html"].count("<table>"))


@check
def an_object_may_say_how_it_is_shown(k):
    cell = k.good("setmetatable({}, {__display = function() return {['text/plain'] = 't', ['text/latex'] = '$x$'} end})")
    same({"text/plain": "t", "text/latex": "$x$"}, cell.result)
    for wrong in ("", "return 7", "return {['text/plain'] = print}", "error 'no'"):
        cell = k.run("setmetatable({}, {__display = function() %s end})" % wrong)
        same(("error", 1), (cell.reply["status"], len(cell.of("error"))))


@check
def text_comes_out_in_order(k):
    cell = k.good("print('one') io.write('two\\n') display('three', {as = 'html'}) print('four')")
    kinds = [(m["msg_type"], m["content"].get("text")) for m in cell.messages
             if m["msg_type"] in ("stream", "display_data")]
    same([("stream", "one\ntwo\n"), ("display_data", None), ("stream", "four\n")], kinds)


@check
def errors_and_children_have_streams(k):
    cell = k.good("io.stderr:write('to stderr\\n') os.execute('echo child; echo wrong >&2')")
    same("child\n", cell.out)
    same("to stderr\nwrong\n", cell.text("stderr"))
    same("from popen", k.good("local p <close> = io.popen('printf \"from popen\"') print((p:read 'a'))").out.strip())


@check
def text_comes_while_the_cell_runs(k):
    for name, code in (
            ("a", "print('early') local f repeat f = io.open('{}') until f f:close()"),
            ("b", "os.execute('echo early; while [ ! -e {} ]; do sleep 0.05; done')")):
        path = os.path.join(FOLDER, "seen_" + name)
        identity = k.send(code.replace("{}", path))
        k.until(identity, lambda m: m["msg_type"] == "stream" and m["content"]["text"] == "early\n")
        open(path, "w").close()
        same("ok", k.finish(identity).reply["status"])


@check
def any_bytes_can_be_printed(k):
    same("a\ufffdb\x00c\u00e9\U0001f600\"\\\x1b\n", k.good("print('a\\xffb\\0cé\\u{1F600}\"\\\\\\27')").out)
    same("\ufffd", k.good("'\\xff'").result["text/plain"])
    same("\u00e9" * 300000, k.good("io.write(('é'):rep(300000))").out)
    cell = k.good("for i = 1, 20000 do print(i) end")
    same("".join(f"{i}\n" for i in range(1, 20001)), cell.out)


def seconds_of(message):
    return message["header"]["date"].timestamp()


@check
def a_flood_keeps_its_end_under_a_server(k):
    """Jupyter's server drops what is more than 3e6 bytes of text or 3000 messages in three seconds."""
    served = Kernel(JPY_SESSION_NAME="test.ipynb")
    try:
        cell = served.run("for i = 1, 1000000 do print(i) end error 'told'")
        left_out = sum(int(n) for n in re.findall(r"\n\[\.\.\. (\d+) bytes left out \.\.\.\]\n", cell.out))
        shown = re.sub(r"\n\[\.\.\. (\d+) bytes left out \.\.\.\]\n", "", cell.out)
        same(sum(len(str(i)) + 1 for i in range(1, 1000001)), left_out + len(shown))
        holds(left_out > 1e6 and shown.startswith("1\n2\n3\n") and shown.endswith("\n999999\n1000000\n"), left_out)
        holds("told" in cell.reply["evalue"], cell.reply)
        cell = served.good("for i = 1, 20000 do print(i) io.stderr:write('e\\n') end")
        streams = [m for m in cell.messages if m["msg_type"] == "stream"]
        for first in streams:
            after = [m for m in streams if 0 <= seconds_of(m) - seconds_of(first) < 3]
            holds(len(after) < 3000 and sum(len(m["content"]["text"]) for m in after) < 2e6, len(after))
        shown = [seconds_of(m) for m in served.good("for i = 1, 3200 do display(i) end").messages if m["msg_type"] == "display_data"]
        same(3200, len(shown))
        holds(max(sum(0 <= other - at < 3 for other in shown) for at in shown[::100]) < 3000, shown[-1] - shown[0])
        same("".join(f"{i}\n" for i in range(1, 10001)), served.good("for i = 1, 10000 do print(i) end").out)  # a cell has its own
    finally:
        served.stop()
    holds("left out" not in k.good("for i = 1, 300000 do print(i) end").out)


# ---- errors --------------------------------------------------------------------------------


@check
def errors_are_told(k):
    cell = k.run("local function f()\n  error('boom')\nend\nf()")
    same("error", cell.reply["status"])
    holds("boom" in cell.reply["evalue"], cell.reply)
    holds(any("boom" in line for line in cell.of("error")[0]["traceback"]), cell.of("error"))
    same({"ename", "evalue", "traceback"}, set(cell.of("error")[0]))  # what nbformat allows: frontends save it so
    same(None, cell.result)
    cell = k.run("x = = 1")
    same("error", cell.reply["status"])
    holds("near '='" in cell.reply["evalue"], cell.reply)
    for code in ("error()", "error({})", "error(setmetatable({}, {__tostring = function() error 'no' end}))",
                 "setmetatable({}, {__tostring = function() error 'no' end})", "torch.zeros(2):reshape(3)",
                 "coroutine.wrap(function() error 'inside' end)()"):
        same("error", k.run(code).reply["status"])
    is_alive(k)


@check
def errors_show_the_cell_as_it_was_written(k):
    told = k.run("e = torch.rand(3)\ne:mm(e)").of("error")[0]
    text = "\n".join(told["traceback"])
    holds("\x1b[1m" in told["traceback"][0] and "\x1b" not in told["evalue"], told)
    holds("e:mm(e)" in text and "return" not in text and "e: float32 (3)" in text, text)
    holds(set(re.findall("\x1b\\[(.*?)m", text)) == {"0", "1"}, text)  # no colours: what they lie on is the frontend's
    text = "\n".join(k.run("x = 1\nx = = 2\nx").of("error")[0]["traceback"])
    holds("x = = 2" in text and "return" not in text, text)


@check
def cells_that_wait_are_not_run_after_an_error(k):
    first = k.send("local f repeat f = io.open('go_on') until f error('stop')")
    second = k.send("after_error = true")
    k.until(first, lambda m: m["msg_type"] == "execute_input")
    time.sleep(0.2)  # the second arrives
    open(os.path.join(FOLDER, "go_on"), "w").close()
    same("error", k.reply(first)["status"])
    same("aborted", k.reply(second)["status"])
    k.until(second, is_idle)
    same("nil", k.good("after_error or nil").result["text/plain"])
    os.remove(os.path.join(FOLDER, "go_on"))


@check
def errors_may_be_passed_over(k):
    first = k.send("local f repeat f = io.open('go_on') until f error('stop')", stop_on_error=False)
    second = k.send("'run'")
    k.until(first, lambda m: m["msg_type"] == "execute_input")
    time.sleep(0.2)  # the second arrives
    open(os.path.join(FOLDER, "go_on"), "w").close()
    same("error", k.reply(first)["status"])
    same("ok", k.reply(second)["status"])
    k.until(second, is_idle)
    os.remove(os.path.join(FOLDER, "go_on"))


@check
def expressions_are_evaluated_after_the_cell(k):
    values = k.good("u = 5", user_expressions={"a": "u + 1", "b": "error 'no'", "c": "= ="}).reply["user_expressions"]
    same("6", values["a"]["data"]["text/plain"])
    same("error", values["b"]["status"])
    same("error", values["c"]["status"])


# ---- questions ---------------------------------------------------------------------------------


@check
def names_are_completed(k):
    k.good("local_table = {alpha = 1, alps = 2}")
    found = k.ask("complete_request", {"code": "x = 'é' y = local_table.al", "cursor_pos": 26})
    same(["alpha", "alps"], sorted(found["matches"]))
    same((24, 26), (found["cursor_start"], found["cursor_end"]))
    found = k.ask("complete_request", {"code": "torch.arang + 1", "cursor_pos": 11})
    holds("arange" in found["matches"], found)
    same((6, 11), (found["cursor_start"], found["cursor_end"]))
    same([], k.ask("complete_request", {"code": "no_such_thing_at_all", "cursor_pos": 20})["matches"])
    code = "s = 'ĝ\U0001d518'; torch.linsp"  # positions count characters, not UTF-16
    found = k.ask("complete_request", {"code": code, "cursor_pos": len(code)})
    same((["linspace"], len(code) - 5, len(code)), (found["matches"], found["cursor_start"], found["cursor_end"]))
    same([{"start": len(code) - 5, "end": len(code), "text": "linspace", "type": "function", "signature": ""}],
         found["metadata"]["_jupyter_types_experimental"])
    for code, kind in (("retu", "keyword"), ("local_tabl", "instance"), ("nn.Conv2d(3, 16, 3, {padding_m", "param")):
        found = k.ask("complete_request", {"code": code, "cursor_pos": len(code)})
        same([kind], [entry["type"] for entry in found["metadata"]["_jupyter_types_experimental"]])


@check
def names_are_explained(k):
    k.good("--- Adds one.\nfunction add_one(n) return n + 1 end")
    for code in ("torch.sum(", "x = torch.sum"):
        found = k.ask("inspect_request", {"code": code, "cursor_pos": len(code), "detail_level": 0})
        holds(found["found"] and "sum" in found["data"]["text/plain"], found)
    found = k.ask("inspect_request", {"code": "add_one(1)", "cursor_pos": 3, "detail_level": 1})
    holds(found["found"] and "Adds one." in found["data"]["text/plain"] and "n + 1" in found["data"]["text/plain"], found)
    found = k.ask("inspect_request", {"code": "add_one(1", "cursor_pos": 9, "detail_level": 0})
    holds(found["found"] and "n + 1" not in found["data"]["text/plain"], found)
    same(False, k.ask("inspect_request", {"code": "no_such_name", "cursor_pos": 4, "detail_level": 0})["found"])
    same(False, k.ask("inspect_request", {"code": "", "cursor_pos": 0, "detail_level": 0})["found"])


@check
def completeness_is_known(k):
    for code, status in (("x = 1", "complete"), ("1 + 1", "complete"), ("for i = 1, 2 do", "incomplete"),
                         ("f(", "incomplete"), ("x = 1\nx", "complete"), ("x = = 1", "invalid"), ("end", "invalid")):
        reply = k.ask("is_complete_request", {"code": code})
        same((code, status), (code, reply["status"]))
    same("    ", k.ask("is_complete_request", {"code": "if a then\n  if b then"})["indent"])


@check
def history_is_kept(k):
    k.good("'history one'")
    k.good("'history two'")
    tail = k.ask("history_request", {"hist_access_type": "tail", "n": 2, "output": False, "raw": True})["history"]
    same(["'history one'", "'history two'"], [entry[2] for entry in tail])
    tail = k.ask("history_request", {"hist_access_type": "tail", "n": 1, "output": True, "raw": True})["history"]
    same(["'history two'", "history two"], tail[0][2])
    found = k.ask("history_request", {"hist_access_type": "search", "pattern": "'history*one'", "unique": True,
                                      "n": 10, "output": False, "raw": True})["history"]
    same(["'history one'"], [entry[2] for entry in found])
    line = tail[0][1]
    found = k.ask("history_request", {"hist_access_type": "range", "session": 0, "start": line, "stop": line + 1,
                                      "output": False, "raw": True})["history"]
    same([[0, line, "'history two'"]], found)


@check
def there_are_no_comms(k):
    same({}, k.ask("comm_info_request", {})["comms"])
    message = k.client.session.msg("comm_open", {"comm_id": "c1", "target_name": "t", "data": {}})
    k.client.shell_channel.send(message)
    messages = k.until(message["header"]["msg_id"], is_idle)
    same(["c1"], [m["content"]["comm_id"] for m in messages if m["msg_type"] == "comm_close"])


# ---- input -----------------------------------------------------------------------------------


def answer(k, code, *lines):
    identity = k.send(code, allow_stdin=True)
    for line in lines:
        question = k.client.get_stdin_msg(timeout=PATIENCE)
        same("input_request", question["msg_type"])
        k.client.input(line)
    return k.finish(identity)


@check
def a_cell_may_read(k):
    same("hello", answer(k, "io.write('name? ') return io.read()", "hello").result["text/plain"])
    same("3.5", answer(k, "io.read('n') * 1.0", "3.5").result["text/plain"])
    same("1\t2", answer(k, "io.read('n', 'n')", "1 2").result["text/plain"])
    same("a\tb", answer(k, "io.read(), io.read('l')", "a", "b").result["text/plain"])
    same("xyz\n", answer(k, "io.read('L')", "xyz").result["text/plain"])
    same("one", answer(k, "io.stdin:read('l')", "one").result["text/plain"])
    same("p,q", answer(k, "local t = {} for l in io.lines() do t[#t + 1] = l if #t == 2 then break end end "
                          "return table.concat(t, ',')", "p", "q").result["text/plain"])
    same("error", answer(k, "io.read('x')").reply["status"])


@check
def files_are_read_as_ever(k):
    k.good("local f = io.open('some_lines', 'w') f:write('a\\nb\\n') f:close()")
    same("a b ", k.good("for l in io.lines('some_lines') do io.write(l, ' ') end").out)
    same("a", k.good("io.input('some_lines') local l = io.read() io.input():close() io.input(io.stdin) return l")
         .result["text/plain"])


@check
def a_line_that_was_begun_is_the_prompt(k):
    def asked(code):
        identity = k.send(code, allow_stdin=True)
        prompt = k.client.get_stdin_msg(timeout=PATIENCE)["content"]["prompt"]
        k.client.input("Ada")
        return prompt, k.finish(identity).out
    same(("name? ", "hello Ada\n"), asked("io.write('name? ') print('hello ' .. io.read())"))
    same(("é> ", "one\nAda\n"), asked("io.write('one\\n', 'é> ') print(io.read())"))
    same(("", "a line\nAda\n"), asked("print('a line') print(io.read())"))
    for begun in ("x" * 300, "\\27[1mname?"):
        prompt, out = asked(f"io.write('{begun}') print(io.read())")
        same("", prompt)
        holds(out.endswith("Ada\n") and len(out) > len("Ada\n"), out)


@check
def cells_are_saved_as_a_program(k):
    first = k.good("a = 1").reply["execution_count"]
    for code in ("b = a + 1\nb, a -- both", "a + 5", "b = 7\nb * 2;", "%pwd", "for i = 1, 2 do\n  a = i\nend\n{a}"):
        k.good(code)
    k.good(f"%save saved.lua {first}-{first + 5}")
    program = subprocess.run([BINARY, "saved.lua"], cwd=FOLDER, capture_output=True, text=True)
    lines = program.stdout.split("\n")
    same(("", ["2\t1", "6"], 4), (program.stderr, lines[:2], len(lines)))


@check
def children_have_no_input(k):
    same("end\n", k.good("!cat; printf en; sleep 0.1; echo d").out)
    same("a\n(exit code 3)\n", k.good("!echo a >&2; exit 3").out)
    cell = k.run("%edit")
    holds("no terminal" in cell.reply["evalue"], cell.reply)


@check
def without_a_person_there_is_no_input(k):
    cell = k.run("io.read()", allow_stdin=False)
    same("error", cell.reply["status"])
    holds("input" in cell.reply["evalue"], cell.reply)


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


# ---- pictures -------------------------------------------------------------------------------------


@check
def values_are_displayed(k):
    shown = k.good("display('<b>x</b>', {as = 'html'}) display('*m*', {as = 'markdown'}) "
                   "display({['text/latex'] = '$y$'}, {raw = true}) display({a = {1, 2}}, {as = 'json'}) "
                   "display(torch.ones(2)) display('<svg></svg>', {as = 'svg', metadata = {isolated = true}})").of("display_data")
    same("<b>x</b>", shown[0]["data"]["text/html"])
    same("*m*", shown[1]["data"]["text/markdown"])
    same({"text/latex": "$y$"}, shown[2]["data"])
    same({"a": [1, 2]}, shown[3]["data"]["application/json"])
    holds("<table>" in shown[4]["data"]["text/html"])
    same("<svg></svg>", shown[5]["data"]["image/svg+xml"])
    same({"isolated": True}, shown[5]["metadata"])
    for code in ("display(1, {as = 'nothing'})", "display(1, {ass = 'html'})", "display(1, 2)", "display(1, {raw = true})",
                 "display({print}, {as = 'json'})", "display(0/0, {as = 'json'})"):
        same((code, "error"), (code, k.run(code).reply["status"]))


@check
def a_display_is_changed_in_place(k):
    cell = k.good("handle = display('a', {id = true}) handle:update('b')")
    first, second = cell.of("display_data")[0], cell.of("update_display_data")[0]
    same(first["transient"]["display_id"], second["transient"]["display_id"])
    same("b", second["data"]["text/plain"])
    later = k.good("handle:update('c', {as = 'html'}) display('d', {id = 'mine'})")
    same("c", later.of("update_display_data")[0]["data"]["text/html"])
    same("mine", later.of("display_data")[0]["transient"]["display_id"])
    same([{"wait": False}, {"wait": True}], k.good("clear_output() clear_output(true)").of("clear_output"))
    same(None, k.good("display('e')").result)
    holds("mine" in k.good("display('f', {id = 'mine'})").result["text/plain"])


@check
def tensors_are_pictures(k):
    def picture(code):
        return decode_png(k.good(code).of("display_data")[0]["data"]["image/png"])
    width, height, lines = picture("display(torch.tensor({{0.0, 1.0}, {0.5, 0.0}}), {as = 'image', zoom = 1})")
    same((2, 2, b"\x00\x00\xff\x00\x80\x00"), (width, height, lines))
    width, height, lines = picture("display(torch.ones(3, 5, 4), {as = 'image', zoom = 2})")
    same((8, 10, 10 * (1 + 8 * 3)), (width, height, len(lines)))
    same((40, 30), picture("display(torch.zeros(30, 40, 3):to('uint8'), {as = 'image', zoom = 1})")[:2])
    same(b"\x00\x00\xff", picture("display(torch.tensor({{-2.0, 8.0}}), {as = 'image', zoom = 1})")[2])
    same("error", k.run("display(torch.ones(2, 5, 5), {as = 'image'})").reply["status"])
    same("error", k.run("display('no_such_file.png', {as = 'image'})").reply["status"])


@check
def figures_are_shown_with_the_cell(k):
    cell = k.good("gnuplot.plot({'a', torch.rand(10), '-'}) gnuplot.title('t') print('after')")
    shown = cell.of("display_data")
    same(1, len(shown))
    width, height, _ = decode_png(shown[0]["data"]["image/png"])
    holds(width >= 400 and height >= 300, width, height)
    same("after\n", cell.out)
    same([], k.good("1").of("display_data"))
    same(2, len(k.good("for i = 1, 2 do gnuplot.figure() gnuplot.plot(torch.rand(3)) end").of("display_data")))
    svg = k.good("figure_format('svg') gnuplot.plot(torch.rand(3))").of("display_data")
    holds("<svg" in svg[0]["data"]["image/svg+xml"] and "image/png" not in svg[0]["data"], svg)
    k.good("figure_format('png')")
    same("error", k.run("figure_format('bmp')").reply["status"])
    cell = k.good("gnuplot.raw('plot nonsense nonsense')")  # told when it is drawn
    holds("gnuplot" in cell.text("stderr") and cell.of("display_data") == [], cell.messages)
    k.good("gnuplot.closeall()")


@check
def live_curves_change_in_place(k):
    cell = k.good("local curve <close> = gnuplot.live{title = 'loss', interval = 0.05}\n"
                  "local begin = os.time() local step = 0\n"
                  "while os.time() < begin + 3 do step = step + 1 curve:add('train', step, 1 / step) end")
    first, updates = cell.of("display_data"), cell.of("update_display_data")
    same(1, len(first))
    holds(len(updates) >= 1, len(updates))
    same({first[0]["transient"]["display_id"]}, {u["transient"]["display_id"] for u in updates})
    decode_png(updates[-1]["data"]["image/png"])
    same([], [name for name in os.listdir(FOLDER) if name.endswith(".png")])


@check
def progress_changes_in_place(k):
    cell = k.good("local begin = os.clock() for i in torch.utils.progress(40) do "
                  "while os.clock() < begin + i * 0.02 do end end")
    same("", cell.text("stderr"))
    first, updates = cell.of("display_data"), cell.of("update_display_data")
    same(1, len(first))
    holds(len(updates) >= 1 and "40/40" in updates[-1]["data"]["text/plain"], updates[-1:])


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
    notebook = nbformat.read(os.path.join(os.path.dirname(__file__), "../../scripts/examples/tour.ipynb"), 4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    same([], [cell.outputs for cell in code if cell.outputs])  # kept without outputs
    NotebookClient(notebook, kernel_name="hecate", timeout=60, resources={"metadata": {"path": FOLDER}}).execute()
    pictures = [output for cell in code for output in cell.outputs if "image/png" in output.get("data", {})]
    holds(len(pictures) >= 2, len(pictures))
    for picture in pictures:
        decode_png(picture["data"]["image/png"])
    holds(any(output.get("output_type") == "execute_result" for cell in code for output in cell.outputs))


def main():
    shared = None
    wanted = sys.argv[3:]
    for function in checks:
        if wanted and function.__name__ not in wanted:
            continue
        reason = None
        try:
            shared = shared or Kernel()
            function(shared)
        except BaseException as e:
            reason = traceback.format_exc(limit=-3) if not isinstance(e, AssertionError) else (
                f"{e} (line {traceback.extract_tb(e.__traceback__)[1].lineno})")
            if shared:
                try:
                    shared.stop()
                except BaseException:
                    pass
            shared = None  # the next check gets a fresh one
        print(json.dumps({"name": function.__name__, "reason": reason}), flush=True)
    code = shared.stop() if shared else 0
    print(json.dumps({"name": "its exit code is 0", "reason": None if code == 0 else f"it was {code}"}), flush=True)


if __name__ == "__main__":
    if sys.argv[1:] == ["--list"]:
        print("\n".join(function.__name__ for function in checks))
    else:
        BINARY, FOLDER = sys.argv[1:3]
        os.environ["JUPYTER_PATH"] = os.path.join(FOLDER, "share/jupyter")
        signal.alarm(600)
        main()
