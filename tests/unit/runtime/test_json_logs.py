"""A log line is one JSON object, whatever is in it."""

import json
import logging
import sys

from leadengine.logs import JsonFormatter


def record(message: str, **changes: object) -> logging.LogRecord:
    made = logging.LogRecord("leadengine", logging.INFO, __file__, 1, message, None, None)
    vars(made).update(changes)
    return made


def test_line_breaks_stay_inside_the_line() -> None:
    line = JsonFormatter().format(record('two\nlines "quoted"'))
    assert "\n" not in line
    assert json.loads(line)["message"] == 'two\nlines "quoted"'


def test_traceback_is_part_of_the_object() -> None:
    try:
        raise ValueError("why")
    except ValueError:
        line = JsonFormatter().format(record("failed", exc_info=sys.exc_info()))
    assert "ValueError: why" in json.loads(line)["error"]
