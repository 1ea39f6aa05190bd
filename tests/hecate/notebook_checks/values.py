"""Checks of what cells show: values, text, errors, pictures."""
import os
import re
import time

from notebook_checks.kernel import FOLDER, check, same, holds, Kernel, is_idle, decode_png, is_alive


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
