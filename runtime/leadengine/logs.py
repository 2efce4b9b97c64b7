"""One JSON object per line on standard error, free of addresses and secrets."""

import json
import logging
import logging.config
from datetime import UTC, datetime


class JsonFormatter(logging.Formatter):
    """A record as one line of JSON; a traceback stays inside its line."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


CONFIG = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": JsonFormatter}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"level": "INFO", "handlers": ["stderr"]},
    # They tell of each request, with its address: of a visitor, where a company is looked up.
    "loggers": {
        name: {"level": "WARNING"}
        for name in ("alembic", "anthropic", "httpcore", "httpcore2", "httpx", "httpx2")
    },
}


def configure() -> None:
    """Send every logger through the JSON formatter."""
    logging.config.dictConfig(CONFIG)
