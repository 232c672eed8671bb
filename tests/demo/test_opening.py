"""The shop to play with opens whole: every deed of its year is one that the rooms allow."""

from pathlib import Path

from appliance.demo import FILES, open_demo
from appliance.journal import Journal
from appliance.journal.check import check
from appliance.main import opened
from tests.cast import MORNING


def counted(journal: Journal, what: str) -> int:
    return int(journal.reading().execute(f"select count(*) from {what}").fetchone()[0])


def test_the_tea_shop_opens_with_todays_work_waiting_and_nothing_wrong(tmp_path: Path):
    open_demo(tmp_path, now_ms=MORNING, orders=200, people=60)
    journal, _ = opened(tmp_path)
    try:
        assert check(journal) == []
        assert counted(journal, "order_list") == 200
        assert counted(journal, "sku") == 300
        assert counted(journal, "order_list where state = 'to_review'") > 10
        assert counted(journal, "order_short") == 2
        assert len(list((tmp_path / FILES).iterdir())) >= 4
    finally:
        journal.close()
