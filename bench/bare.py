"""The limit page: a bare ASGI program that makes the same SELECTs and shows the same rows through jinja2.

No sign-in, no words, no rights, no menu. `python bench/bare.py DATABASE PORT ASKED`, where ASKED is a JSON file:
`{path: [[sql, [column that is shown, ...]], ...]}`; every statement is made, its shown columns become a table.
"""

import json
import sqlite3
import sys
from pathlib import Path

import uvicorn
from jinja2 import DictLoader, Environment

PAGE = """<!doctype html><html><head><title>Rows</title></head><body>
{% for columns, rows in tables %}<table>
{% for row in rows %}<tr id="{{ row[0] }}">{% for column in columns %}<td class="cell">{{ row[column] }}</td>{% endfor %}</tr>
{% endfor %}</table>
{% endfor %}</body></html>"""


def bare(database: str, asked: dict[str, list[tuple[str, list[str]]]]):
    """Make the program."""
    conn = sqlite3.connect(f"file:{database}?mode=ro", uri=True, check_same_thread=False, isolation_level=None)
    conn.row_factory = sqlite3.Row
    page = Environment(loader=DictLoader({"page": PAGE}), autoescape=True).get_template("page")

    async def app(scope, receive, send):
        if scope["type"] != "http":
            return
        statements = asked[scope["path"]]
        tables = [(shown, conn.execute(sql).fetchall()) for sql, shown in statements]
        body = page.render(tables=tables).encode()
        headers = [(b"content-type", b"text/html; charset=utf-8"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return app


if __name__ == "__main__":
    uvicorn.run(
        bare(sys.argv[1], json.loads(Path(sys.argv[3]).read_text())), host="127.0.0.1", port=int(sys.argv[2]),
        loop="uvloop", http="httptools", log_level="error", access_log=False, lifespan="off",
    )  # fmt: skip
