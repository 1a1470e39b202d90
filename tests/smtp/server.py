"""A mail server for tests: takes mail, says on standard output what it took, one JSON line each, and does to a recipient
what its address asks for. The first line says where it listens; the folder given gets the certificates.

    later@...         451 to every attempt
    later-once@...    451 to the first attempt
    never@...         550
    hold@...          takes the first mail, says so, and never answers; takes the following ones as usual

    server.py FOLDER [--tls | --starttls] [--name NAME] [--user USER --password PASSWORD] [--closed]
"""

import argparse
import asyncio
import email
import email.policy
import json
import ssl
import sys
from pathlib import Path

import trustme
from aiosmtpd.smtp import SMTP, AuthResult

arguments = argparse.ArgumentParser()
arguments.add_argument("folder", type=Path)
arguments.add_argument("--tls", action="store_true")
arguments.add_argument("--starttls", action="store_true")
arguments.add_argument("--name", default="localhost")
arguments.add_argument("--user")
arguments.add_argument("--password")
arguments.add_argument("--closed", action="store_true", help="refuse whoever connects with 554")
arguments = arguments.parse_args()
seen = set()


def say(**line):
    print(json.dumps(line), flush=True)


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        kind = address.split("@")[0]
        if kind == "never":
            say(refused=address)
            return "550 5.1.1 no such mailbox: " + address
        if kind == "later" or (kind == "later-once" and kind not in seen):
            seen.add(kind)
            say(later=address)
            return "451 4.7.1 come back later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        message = email.message_from_bytes(envelope.original_content, policy=email.policy.default)
        part = lambda kind: message.get_body((kind,)).get_content()
        say(
            to=envelope.rcpt_tos,
            envelope_from=envelope.mail_from,
            headers=[[name, str(value)] for name, value in message.items()],
            parts=[one.get_content_type() for one in message.iter_parts()],
            text=part("plain"),
            html=part("html"),
            tls=session.ssl is not None,
            user=(session.auth_data or {}).get("user") if session.authenticated else None,
            longest=max(len(line) for line in envelope.original_content.split(b"\r\n")),
        )
        if envelope.rcpt_tos[0].startswith("hold") and "hold" not in seen:
            seen.add("hold")
            await asyncio.Event().wait()
        return "250 OK"


class Closed(asyncio.Protocol):
    def connection_made(self, transport):
        transport.write(b"554 5.3.2 no service here\r\n")
        transport.close()


def authenticate(server, session, envelope, mechanism, data):
    user, password = data.login.decode(), data.password.decode()
    right = (user, password) == (arguments.user, arguments.password)
    return AuthResult(success=right, handled=False, auth_data={"user": user})


async def main():
    authority = trustme.CA()
    authority.cert_pem.write_to_path(arguments.folder / "ca.pem")
    trustme.CA().cert_pem.write_to_path(arguments.folder / "other-ca.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(arguments.name).configure_cert(context)
    options = {"hostname": "mail.test", "enable_SMTPUTF8": False}
    if arguments.starttls:
        options |= {"tls_context": context, "require_starttls": True}
    if arguments.user:
        options |= {"authenticator": authenticate, "auth_required": True, "auth_require_tls": arguments.starttls}
    loop = asyncio.get_running_loop()
    make = Closed if arguments.closed else lambda: SMTP(Handler(), loop=loop, **options)
    listening = await loop.create_server(make, "localhost", 0, ssl=context if arguments.tls else None, family=2)
    say(port=listening.sockets[0].getsockname()[1])
    # The test ends it by closing its standard input.
    await loop.run_in_executor(None, sys.stdin.read)


asyncio.run(main())
