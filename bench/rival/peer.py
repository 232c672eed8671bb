"""One side of a Morango sync: `peer.py make|serve|push DATABASE ...`, run by Morango's own interpreter."""

import json
import sys
import time
from wsgiref.simple_server import WSGIRequestHandler, make_server

import django
from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.db import transaction


def settle(database: str) -> None:
    """Set Django up on a database."""
    settings.configure(
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": database}},
        INSTALLED_APPS=[
            "django.contrib.contenttypes",
            "django.contrib.auth",
            "mptt",
            "rest_framework",
            "morango",
            "rivalshop",
        ],
        ROOT_URLCONF="morango.urls",
        SECRET_KEY="a bench",
        ALLOWED_HOSTS=["*"],
        USE_TZ=True,
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    )
    django.setup()


def make() -> dict:
    """Make the tables and the certificate of the data."""
    from morango.models.certificates import Certificate, ScopeDefinition

    call_command("migrate", run_syncdb=True, verbosity=0)
    ScopeDefinition.objects.create(
        id="everything", profile="rival", version=1, primary_scope_param_key="mainpartition", description="",
        read_filter_template="", write_filter_template="", read_write_filter_template="${mainpartition}",
    )  # fmt: skip
    return {"certificate": Certificate.generate_root_certificate("everything").id}


def fill(count: int) -> dict:
    """Write records."""
    from morango.models.certificates import Certificate
    from rivalshop.models import Product

    dataset = Certificate.objects.get().id
    with transaction.atomic():
        for n in range(count):
            told = {
                "name": f"Tea {n}",
                "code": f"T-{n:06}",
                "unit": "100 g",
                "price": 1_280 + n,
                "cost": 700 + n,
                "note": f"shelf {n % 40}",
            }
            Product.objects.create(dataset=dataset, **told)
    return {"written": count}


def push(url: str) -> dict:
    """Send what is new to the other side."""
    from morango.models.certificates import Certificate, Filter
    from morango.sync.controller import MorangoProfileController

    own = Certificate.objects.get()
    began, cpu = time.monotonic(), time.process_time()
    line = MorangoProfileController("rival").create_network_connection(url)
    theirs = line.get_remote_certificates(own.id)[0]
    session = line.create_sync_session(own, theirs)
    client = session.get_push_client()
    client.initialize(Filter(own.id))
    client.run()
    client.finalize()
    line.close_sync_session(session.sync_session)
    return {
        "seconds": time.monotonic() - began,
        "cpu": time.process_time() - cpu,
        "bytes": line.bytes_sent + line.bytes_received,
    }


def count() -> dict:
    """Say how much is here."""
    from rivalshop.models import Product

    return {"count": Product.objects.count()}


class Quiet(WSGIRequestHandler):
    """Says nothing of each request."""

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


def serve(port: int) -> None:
    """Answer the other side, and say at the end of the input what it cost."""
    import threading

    server = make_server("127.0.0.1", port, get_wsgi_application(), handler_class=Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(json.dumps({"ready": True}), flush=True)
    for _ in sys.stdin:
        print(json.dumps({"cpu": time.process_time()}), flush=True)


if __name__ == "__main__":
    verb, database, *rest = sys.argv[1:]
    settle(database)
    if verb == "serve":
        serve(int(rest[0]))
    else:
        done = {"make": make, "fill": lambda: fill(int(rest[0])), "push": lambda: push(rest[0]), "count": count}[verb]()
        print(json.dumps(done))
