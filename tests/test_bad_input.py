"""The catalogue of bad input (spec/domain.md section 10): every line of it that belongs to a room we have is a test.

The table names for each line the tests that try it; a line that is not in a room yet names what it waits for.
"""

import re
from collections.abc import Mapping

import pytest

from tests.reading import HOUSE

TRIED: Mapping[str, Mapping[str, str]] = {
    "orders": {
        "no lines": "orders/test_taking.py::test_what_cannot_be_sold_is_refused_beside_its_field",
        "disabled shop, warehouse, courier, customer": (
            "orders/test_taking.py::test_what_is_not_in_use_any_more_is_refused"
        ),
        "unknown shop, warehouse, courier, customer": "orders/test_taking.py::test_a_record_that_is_not_there_is_refused",
        "quantity not more than nothing": "orders/test_taking.py::test_what_cannot_be_sold_is_refused_beside_its_field",
        "fraction of a whole-unit SKU": "orders/test_taking.py::test_what_cannot_be_sold_is_refused_beside_its_field",
        "price below nothing": "orders/test_taking.py::test_what_cannot_be_sold_is_refused_beside_its_field",
        "discount above the amount": "orders/test_taking.py::test_what_cannot_be_sold_is_refused_beside_its_field",
        "order time in the future": "marketplace/test_cut_off.py::test_an_order_of_tomorrow_is_named",
        "empty receiver": "orders/test_review.py::test_each_check_finds_its_fault_and_no_other",
        "control characters": "orders/test_taking.py::test_what_cannot_be_sold_is_refused_beside_its_field",
        "characters that the printer lacks": "orders/test_review.py::test_each_check_finds_its_fault_and_no_other",
        "phone with * in a manual order": "orders/test_taking.py::test_what_cannot_be_sold_is_refused_beside_its_field",
        "province, city, district not consistent": (
            "orders/test_taking.py::test_what_cannot_be_sold_is_refused_beside_its_field"
        ),
        "duplicate tid": "marketplace/test_importing.py::test_the_same_file_again_changes_nothing",
        "duplicate oid": "marketplace/test_reading.py::test_a_row_told_twice_is_counted_once_and_a_contradiction_is_named",
        "one waybill on two parcels": "shipping/test_shipping.py::test_a_courier_needs_a_waybill_and_no_two_parcels_carry_one",
        "review of an order changed by someone else": (
            "orders/test_pages.py::test_an_order_that_somebody_changed_meanwhile_is_not_approved_unseen"
        ),
    },
    "stock": {
        "transfer to the same warehouse": "inventory/test_transfers_refused.py::test_what_a_transfer_refuses",
        "more than available": "inventory/test_papers.py::test_no_more_goes_out_than_is_there",
        "duplicate SKU line": "inventory/test_papers.py::test_goods_stand_in_a_paper_once",
        "barcode length outside 4-40": "catalog/test_goods.py::test_a_barcode_is_something_a_scanner_can_send",
        "barcode of another SKU": "catalog/test_goods.py::test_a_code_means_one_sku_only",
        "category cycle": "catalog/test_categories.py::test_no_category_lies_in_itself",
        "delete with references": "catalog/test_categories.py::test_only_an_empty_category_can_go",
    },
    "money": {
        "same account on both sides": "accounts/test_money.py::test_a_transfer_goes_somewhere_else",
        "account missing": "accounts/test_money.py::test_an_account_that_is_missing_or_disabled_takes_no_money",
        "allocation over the open amount": "accounts/test_owing.py::test_nothing_is_settled_beyond_what_is_open",
        "parts that do not come to the whole": "accounts/test_parts.py::test_parts_that_cannot_be_are_refused",
        "instalments that do not come to the whole": "accounts/test_parts.py::test_instalments_that_cannot_be_are_refused",
        "refund over what was paid": "accounts/test_owing.py::test_no_more_is_given_back_than_was_paid",
        "rate not more than nothing": "settings/test_currencies.py::test_a_rate_needs_a_day_and_is_more_than_nothing",
        "date in a closed period": "accounts/test_money.py::test_the_books_are_closed_and_opened",
        "document number exists already": "catalog/test_goods.py::test_goods_need_a_name_and_a_number_of_their_own",
    },
    "master": {
        "duplicate name": "settings/test_directories.py::test_a_name_stands_once",
        "duplicate code": "settings/test_directories.py::test_a_code_stands_once_and_has_letters_and_digits_only",
        "role with users deleted": "staff/test_roles.py::test_a_role_that_somebody_has_stays",
        "last owner disabled": "staff/test_people.py::test_the_last_owner_neither_leaves_nor_becomes_something_else",
        "overlapping freight bands": "settings/test_freight.py::test_bands_follow_each_other",
        "overlapping freight regions": "settings/test_freight.py::test_the_nearest_rule_holds_and_the_shops_own_before_it",
        "unit ratio not more than nothing": "catalog/test_goods.py::test_a_barcode_stands_for_more_than_nothing",
    },
    "import": {
        "wrong type": "marketplace/test_reading.py::test_foreign_files_are_refused",
        "encrypted workbook": "marketplace/test_reading.py::test_an_encrypted_or_old_workbook_is_refused",
        "macro workbook": "marketplace/test_reading.py::test_a_workbook_with_macros_is_refused",
        "zip bomb": "marketplace/test_reading.py::test_a_zip_bomb_is_not_opened",
        "a bomb of cells": (
            "marketplace/test_damaged_books.py::test_a_cell_at_the_end_of_the_world_does_not_take_the_box_along"
        ),
        "over the size or row limit": "marketplace/test_reading.py::test_a_file_past_the_limits_is_refused",
        "over the size limit at the door": (
            "faults/test_import.py::test_a_file_that_is_too_large_is_turned_away_at_the_door_and_work_goes_on"
        ),
        "missing headers": "marketplace/test_reading.py::test_a_file_without_a_heading_it_needs_is_refused_with_the_list",
        "formula cells": "marketplace/test_damaged_books.py::test_a_formula_is_read_as_the_value_it_showed_last",
        "scientific-notation ids": (
            "marketplace/test_reading.py::test_an_order_number_that_excel_cut_is_refused_and_the_others_are_read"
        ),
        "dates as text": "marketplace/test_reading.py::test_dates_of_a_workbook_may_be_dates_or_text",
        "dates as serial numbers": (
            "marketplace/test_damaged_books.py::test_a_date_that_became_a_serial_number_is_named_and_never_guessed"
        ),
        "leading zeros lost": "marketplace/test_reading.py::test_codes_that_stand_as_numbers_are_warned_of",
        "mixed encodings": (
            "marketplace/test_reading.py::test_a_row_in_another_encoding_is_named_and_the_rest_is_read"
        ),
        "duplicate rows": "marketplace/test_reading.py::test_a_row_told_twice_is_counted_once_and_a_contradiction_is_named",
        "hidden rows and columns": "marketplace/test_reading.py::test_hidden_rows_and_formulas_are_read_and_told",
    },
}

WAITING = {
    "split leaving an empty side": "merge and split of orders",
    "merge of one order": "merge and split of orders",
    "serial count, repeated, sold, unknown": "serial numbers",
    "batch missing, expiry before production, batch and serial together": "batches",
    "assembly without a product and a part": "assembly",
    "deposit over balance, points over limit": "members",
    "level thresholds not increasing": "members",
}
"""Lines of rooms that are still to come."""

PROVEN: Mapping[str, str] = {
    "T1 splitting": "journal/test_numbers.py::test_t1_splitting_ten_yuan_by_weight",
    "T1 a discount": "inventory/test_cost.py::test_t1_a_discount_is_spread_to_the_last_fen",
    "T2 average cost": "inventory/test_cost.py::test_t2_the_last_piece_takes_the_rounding_along",
    "T2 in a ledger": "inventory/test_ledger.py::test_t2_in_a_real_ledger_each_line_says_where_it_stands",
    "T3 sold before it came": "inventory/test_cost.py::test_t3_goods_sold_before_they_came_are_settled_at_their_true_cost",
    "T3 in a ledger": "inventory/test_ledger.py::test_t3_in_a_real_ledger_the_guess_is_settled_and_the_variance_written_down",
    "T5 freight": "settings/test_freight.py::test_the_rest_of_t5_and_the_edges_of_a_band",
    "INV-1 and INV-2": "inventory/test_ledger.py::test_whatever_is_done_the_ledger_adds_up",
    "INV-3 and INV-4": "inventory/test_held.py::test_available_always_follows_from_the_buckets",
    "INV-5": "orders/test_taking.py::test_line_amounts_postage_and_other_charges_are_the_receivable",
    "INV-7 and INV-8": "accounts/test_invariants.py::test_money_and_debts_add_up_whatever_is_done",
    "INV-11": "orders/test_taking.py::test_no_two_orders_share_a_number",
    "INV-11 raw orders": "marketplace/test_importing.py::test_two_boxes_that_read_the_same_file_hold_one_order",
    "INV-12": "accounts/test_invariants.py::test_a_closed_period_gains_nothing",
    "INV-13": "invariants/test_merging.py::test_three_shops_come_to_the_same_books_in_any_order",
    "INV-14": "orders/test_taking.py::test_an_order_asked_for_twice_with_one_key_is_one_order",
    "INV-15": "inventory/test_conservation.py::test_no_goods_appear_and_none_vanish",
}
"""Golden vectors (11.4) and invariants (3.4), each with the test nearest to it; `invariants/test_shop.py` holds all at once."""

LINES = [(f"{part}: {line}", test) for part, lines in TRIED.items() for line, test in lines.items()]
LINES += PROVEN.items()


@pytest.mark.parametrize(("line", "test"), LINES, ids=[line for line, _ in LINES])
def test_a_line_of_the_catalogue_is_tried(line: str, test: str):
    path, _, name = test.partition("::")
    found = (HOUSE / "tests" / path).read_text("utf-8")
    assert re.search(rf"^def {name}\(", found, re.MULTILINE), f"{line} is not tried"
