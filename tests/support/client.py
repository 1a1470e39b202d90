"""People at the desk, for tests: a real server over a data folder, and requests as a browser would send them."""

import contextlib
import http.client
import os
import re
import signal
import subprocess
import urllib.parse

from programs import PATIENCE, SERVER, run

PASSWORD = "an invented register"


class Server:
    """A server that runs; without an address it ended before it listened."""

    def __init__(self, process, address):
        self.process, self.address = process, address

    def was_killed(self):
        """Whether it did not live to be told to end; strace ends as its child does."""
        return self.process.returncode == -signal.SIGKILL


@contextlib.contextmanager
def serving(data, before=(), settings=None):
    """Serves a data folder, and ends the server as an operator would: what is under way is finished."""
    more = ["--settings", settings] if settings else []
    process = subprocess.Popen([*before, SERVER, "serve", "--data", data, "--listen", "127.0.0.1:0", *more],
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True)
    try:
        said = re.search(r"http://([0-9.:]+)", process.stdout.readline())
        yield Server(process, said and said[1])
        # Under strace the server is its child.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=PATIENCE)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def ask(address, method, path, cookies, fields=None):
    """Status, text and cookies of an answer."""
    connection = http.client.HTTPConnection(address, timeout=PATIENCE)
    headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()), "Sec-Fetch-Site": "same-origin"}
    body = None
    if fields is not None:
        body, headers["Content-Type"] = urllib.parse.urlencode(fields), "application/x-www-form-urlencoded"
    with contextlib.closing(connection):
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
    given = (header.split(";")[0].split("=", 1) for name, header in answer.getheaders() if name.lower() == "set-cookie")
    return answer.status, text, dict(given)


def send_files(address, path, cookies, fields, files):
    """Sends a form with files (RFC 7578); gives status and text."""
    parts = [f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}'.encode() for name, value in fields.items()]
    parts += [f'Content-Disposition: form-data; name="{name}"; filename="{file.name}"\r\n\r\n'.encode() + file.read_bytes()
              for name, file in files.items()]
    mark = b"--the-parts-end-here"
    body = b"".join(mark + b"\r\n" + part + b"\r\n" for part in parts) + mark + b"--\r\n"
    connection = http.client.HTTPConnection(address, timeout=PATIENCE)
    with contextlib.closing(connection):
        connection.request("POST", path, body, {
            "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()), "Sec-Fetch-Site": "same-origin",
            "Content-Type": f"multipart/form-data; boundary={mark.decode()[2:]}"})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


def sign_in(address, data, email):
    """The cookies of somebody who has signed in, with a code where one is asked for."""
    cookies = {}

    def send(path, fields):
        _, text, given = ask(address, "GET", path, cookies)
        cookies.update(given)
        token = re.search(r'name="form-token" value="([^"]*)"', text)
        status, text, given = ask(address, "POST", path, cookies, {"form-token": token[1], **fields})
        cookies.update(given)
        assert status == 303, f"{email} at {path}: {status} {text}"

    send("/desk/sign-in", {"email": email, "password": PASSWORD})
    if ask(address, "GET", "/desk", cookies)[0] == 303:
        send("/desk/second-factor", {"code": run([SERVER, "demo", "--data", data, "--code", email]).stdout.strip()})
    assert ask(address, "GET", "/desk", cookies)[0] == 200, f"{email} is not signed in"
    return cookies
