"""A mail server and a Slack webhook on loopback that keep every notification they receive."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from airflow_home import LOOPBACK, free_port

SENDER = "airflow@example.com"
WEBHOOK = "/services/T000/B000/secret"


@dataclass(frozen=True)
class Mail:
    sender: str
    to: str
    subject: str
    text: str


@dataclass
class Inbox:
    """The messages that arrived. `connections` holds the environment variables that point Airflow to both servers."""

    connections: dict[str, str] = field(default_factory=dict)
    mails: list[Mail] = field(default_factory=list)
    posts: list[str] = field(default_factory=list)

    def mails_about(self, run_id: str) -> list[Mail]:
        return [mail for mail in self.mails if run_id in mail.text]

    def posts_about(self, run_id: str) -> list[str]:
        return [post for post in self.posts if run_id in post]


@contextmanager
def open_inbox() -> Iterator[Inbox]:
    inbox = Inbox()
    mail_server = Controller(_Mailbox(inbox), hostname=LOOPBACK, port=free_port())
    webhook = ThreadingHTTPServer((LOOPBACK, 0), _webhook_handler(inbox))
    mail_server.start()
    Thread(target=webhook.serve_forever, daemon=True).start()
    plain = {"disable_ssl": True, "disable_tls": True, "from_email": SENDER}
    mail = {"conn_type": "smtp", "host": LOOPBACK, "port": mail_server.port, "extra": plain}
    slack = {"conn_type": "slackwebhook", "password": f"http://{LOOPBACK}:{webhook.server_port}{WEBHOOK}"}
    inbox.connections["AIRFLOW_CONN_SMTP_DEFAULT"] = json.dumps(mail)
    inbox.connections["AIRFLOW_CONN_DATA-ALERTS"] = json.dumps(slack)
    try:
        yield inbox
    finally:
        webhook.shutdown()
        webhook.server_close()
        mail_server.stop()


class _Mailbox:
    def __init__(self, inbox: Inbox) -> None:
        self.inbox = inbox

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        message = message_from_bytes(envelope.original_content, policy=policy.default)
        [text] = [part.get_content() for part in message.walk() if not part.is_multipart()]
        self.inbox.mails.append(Mail(message["From"], ", ".join(envelope.rcpt_tos), message["Subject"], text))
        return "250 Kept"


def _webhook_handler(inbox: Inbox) -> type[BaseHTTPRequestHandler]:
    class Webhook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            is_found = self.path == WEBHOOK
            if is_found:
                inbox.posts.append(json.loads(body)["text"])
            self.send_response(200 if is_found else 404)
            self.end_headers()
            self.wfile.write(b"ok" if is_found else b"no_service")

        def log_message(self, *args: Any) -> None:
            """Keep requests out of the tests' output."""

    return Webhook
