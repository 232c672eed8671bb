"""The limit page: a bare ASGI program that makes the same SELECT and shows the same rows through jinja2.

No sign-in, no words, no rights, no menu. `python bench/bare.py DATABASE PORT SQL_FILE`.
"""

import sqlite3
import sys
from pathlib import Path

import uvicorn
from jinja2 import DictLoader, Environment

PAGE = """<!doctype html><html><head><title>Rows</title></head><body><table>
{% for row in rows %}<tr id="{{ row[0] }}">{% for value in row %}<td class="cell">{{ value }}</td>{% endfor %}</tr>
{% endfor %}</table></body></html>"""


def bare(database: str, sql: str):
    """Make the program."""
    conn = sqlite3.connect(f"file:{database}?mode=ro", uri=True, check_same_thread=False, isolation_level=None)
    page = Environment(loader=DictLoader({"page": PAGE}), autoescape=True).get_template("page")

    async def app(scope, receive, send):
        if scope["type"] != "http":
            return
        body = page.render(rows=conn.execute(sql).fetchall()).encode()
        headers = [(b"content-type", b"text/html; charset=utf-8"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return app


if __name__ == "__main__":
    made = bare(sys.argv[1], Path(sys.argv[3]).read_text())
    uvicorn.run(
        made, host="127.0.0.1", port=int(sys.argv[2]), loop="uvloop", http="httptools", log_level="error",
        access_log=False, lifespan="off",
    )  # fmt: skip
