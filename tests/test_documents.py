"""What the documentation says of keys and tables is what the code has."""

import pytest

from tools.write_docs import WRITTEN


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.name)
def test_the_documentation_is_what_the_code_says(path) -> None:  # type: ignore[no-untyped-def]
    text = path.read_text(encoding="utf-8")
    assert WRITTEN[path](text) == text, "run python -m tools.write_docs"
