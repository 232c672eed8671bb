"""Whatever the boxes say to a person, they say in Chinese too."""

import ast
import re
from collections.abc import Iterator

from appliance.web.words_build import merged
from tests.reading import PACKAGE, files, tree

SPEAKERS = {"Refusal", "Trouble", "Said"}


def sentences() -> Iterator[str]:
    for path in files(".py", under=PACKAGE / "sync"):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in SPEAKERS:
                yield from (
                    arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)
                )


def test_chinese_says_every_sentence_of_the_boxes():
    said, zh = set(sentences()), merged("zh")
    assert said, "nobody says anything"
    assert sorted(one for one in said if not zh.get(one) or not zh.get(one).string) == []


def test_both_languages_name_the_same_things():
    zh = merged("zh")
    for one in sentences():
        assert set(re.findall(r"\{(\w+)\}", one)) == set(re.findall(r"\{(\w+)\}", str(zh.get(one).string))), one
