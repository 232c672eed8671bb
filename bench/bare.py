"""The limit page: a bare ASGI program that makes the same SELECTs and shows the same rows through jinja2.

No sign-in, no words, no rights, no menu. `python bench/bare.py DATABASE PORT ASKED`, where ASKED is a JSON file:
`{path: [sql, ...]}`; every statement is made, and every value it answers is shown, but for the log's bytes.
"""

import json
import sqlite3
import sys
from pathlib import Path

import uvicorn
from jinja2 import DictLoader, Environment

PAGE = """<!doctype html><html><head><title>Rows</title></head><body>
{% for rows in tables %}<table>
{% for row in rows %}<tr id="{{ row[0] }}">{% for value in row if value is not bytes %}<td class="cell">{{ value }}</td>{% endfor %}</tr>
{% endfor %}</table>
{% endfor %}</body></html>"""


def bare(database: str, asked: dict[str, list[str]]):
    """Make the program."""
    conn = sqlite3.connect(f"file:{database}?mode=ro", uri=True, check_same_thread=False, isolation_level=None)
    stage = Environment(loader=DictLoader({"page": PAGE}), autoescape=True)
    stage.tests["bytes"] = lambda value: isinstance(value, bytes)
    page = stage.get_template("page")

    async def app(scope, receive, send):
        if scope["type"] != "http":
            return
        query = scope["query_string"].decode()
        statements = asked[scope["path"] + (f"?{query}" if query else "")]
        body = page.render(tables=[conn.execute(sql).fetchall() for sql in statements]).encode()
        headers = [(b"content-type", b"text/html; charset=utf-8"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return app


if __name__ == "__main__":
    uvicorn.run(
        bare(sys.argv[1], json.loads(Path(sys.argv[3]).read_text())), host="127.0.0.1", port=int(sys.argv[2]),
        loop="uvloop", http="httptools", log_level="error", access_log=False, lifespan="off",
    )  # fmt: skip
