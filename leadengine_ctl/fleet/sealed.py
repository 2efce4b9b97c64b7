"""Columns whose text is sealed."""

from pydantic import SecretStr
from sqlalchemy import Dialect, Text
from sqlalchemy.types import TypeDecorator

from leadengine_ctl.secrets import KeyRing


class EncryptedText(TypeDecorator[SecretStr]):
    """Text sealed with the operator's keys; in Python a `SecretStr`, which redacts itself."""

    impl = Text
    cache_ok = False

    def __init__(self, keys: KeyRing) -> None:
        super().__init__()
        self._keys = keys

    def process_bind_param(self, value: SecretStr | None, dialect: Dialect) -> str | None:
        return None if value is None else self._keys.seal(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> SecretStr | None:
        return None if value is None else self._keys.unseal(value)
