"""Checks of what a client asks beside cells, and of what a cell may read."""
import subprocess

from notebook_checks.kernel import PATIENCE, FOLDER, BINARY, check, same, holds, is_idle, answer


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
