"""Numbers in plain words: what changed, and by how much."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Delta:
    """A number, and what it was before."""

    now: int
    before: int

    @property
    def direction(self) -> str:
        """`up`, `down` or `same`."""
        return "same" if self.now == self.before else "up" if self.now > self.before else "down"

    @property
    def words(self) -> str:
        """As in `12 % more than before`."""
        if self.now == self.before:
            return "the same as before"
        if not self.before:
            return "none before"
        percent = round(abs(self.now - self.before) / self.before * 100)
        more = "more" if self.now > self.before else "fewer"
        if percent > 999:
            return f"{self.now / self.before:,.0f} times as many as before"
        return f"{percent} % {more} than before" if percent else "about the same as before"
