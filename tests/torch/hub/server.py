# A small HTTP server for tests/torch/hub_spec.lua: python3 server.py FOLDER. It prints its port, and ends when its
# input does. Paths: /NAME a file of the folder, with ranges; /plain/NAME without ranges; /cut/NAME half of it, then the
# connection is closed, unless a range is asked for; /held/NAME half of it, and no more; /moved/NAME is at /NAME.
import http.server
import os
import sys
import threading

folder = sys.argv[1]
log = open(os.path.join(folder, "log"), "a")


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        kind, _, name = self.path[1:].rpartition("/")
        log.write(self.path + " " + self.headers.get("Range", "-") + "\n")
        log.flush()
        path = os.path.join(folder, name)
        if kind == "moved":
            self.send_response(302)
            self.send_header("Location", "/" + name)
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif not os.path.isfile(path):
            self.send_error(404)
        else:
            self.send_file(kind, open(path, "rb").read())

    def send_file(self, kind, data):
        begin = 0
        asked = self.headers.get("Range")
        if asked and kind != "plain":
            begin = int(asked.split("=")[1].split("-")[0])
        if begin >= len(data) > 0:
            self.send_error(416)
            return
        self.send_response(206 if begin else 200)
        self.send_header("Content-Length", str(len(data) - begin))
        if begin:
            self.send_header("Content-Range", "bytes %d-%d/%d" % (begin, len(data) - 1, len(data)))
        self.end_headers()
        cut = kind in ("cut", "held") and not begin
        self.wfile.write(data[begin:len(data) // 2] if cut else data[begin:])
        if cut:
            self.wfile.flush()
            self.close_connection = True
        if kind == "held":
            threading.Event().wait()

    def log_message(self, *arguments):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
sys.stdin.read()
