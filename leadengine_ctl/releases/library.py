"""The releases of this operator, as a repository says it holds them."""

from collections.abc import Callable

from pydantic import ValidationError

from leadengine_agent.protocol import Release, manifest_name
from leadengine_ctl.errors import LeadEngineError, NotFoundError
from leadengine_ctl.releases.bundle import Bundle
from leadengine_ctl.releases.published import STABLE, Channel, Publication, PublishedRelease
from leadengine_ctl.releases.repository import Repository, Signed


def _nothing_to_read() -> None:
    """The repository is this operator's own: it is as new as it gets."""


class Library:
    """Answers what is published.

    Args:
        refresh: brings the repository up to date from elsewhere; called once, before the first look.
    """

    def __init__(
        self, repository: Repository, refresh: Callable[[], None] = _nothing_to_read
    ) -> None:
        self.repository = repository
        self._refresh: Callable[[], None] | None = refresh

    def publications(self, channel: Channel | None = None) -> tuple[Publication, ...]:
        """What is published in a channel (None: in any), newest first, yanked releases among it."""
        return tuple(publication for publication, _entry in self._listed(channel))

    def published(self, channel: Channel | None = None) -> tuple[PublishedRelease, ...]:
        """The same with the releases themselves.

        Raises:
            LeadEngineError: a manifest was changed.
        """
        return tuple(
            PublishedRelease(
                **publication.model_dump(),
                release=_read(
                    publication.version, self.repository.manifest(publication.version, entry)
                ),
            )
            for publication, entry in self._listed(channel)
        )

    def versions(self) -> tuple[str, ...]:
        """Every published version, newest first."""
        return tuple(each.version for each in self.publications())

    def newest(self, channel: Channel = STABLE) -> Bundle:
        """The newest release of a channel that is not yanked.

        Raises:
            NotFoundError: there is none.
        """
        for each in self.publications(channel):
            if not each.yanked:
                return self.load(each.version)
        raise NotFoundError(
            "There is no release to deploy",
            f"None is published in the channel '{channel}'.",
            "'lectl release build', 'sign' and 'publish' make one; LECTL_RELEASES names where "
            "somebody else's are.",
        )

    def load(self, version: str) -> Bundle:
        """Read a release and check each file against its hash.

        Raises:
            NotFoundError: there is no such version, or it was never published.
            LeadEngineError: it was changed after it was signed.
        """
        entry = self._entry(version)
        manifest = self.repository.manifest(version, entry)
        release = _read(version, manifest)
        return Bundle(
            publication=_publication(entry),
            manifest=manifest,
            files={
                name: self.repository.template(digest, version)
                for name, digest in release.templates.items()
            },
            metadata=self.repository.current(),
        )

    def roots(self) -> tuple[str, ...]:
        """The publisher's roots: what a host pins."""
        return self.repository.roots()

    def _look(self) -> None:
        if self._refresh is not None:
            refresh, self._refresh = self._refresh, None
            refresh()

    def _entry(self, version: str) -> Signed:
        name = manifest_name(version)
        if name not in self.repository.kept():
            # A release that is here needs nobody else to be deployed.
            self._look()
        if entry := self.repository.kept().get(name):
            return entry
        if name in self.repository.drafts():
            raise NotFoundError(
                f"Release {version} is not published",
                "It was built here, and hosts take only what is signed.",
                f"Sign it with 'lectl release sign {version} --keys …', then publish it.",
            )
        raise NotFoundError(f"There is no release {version}", "", "See 'lectl release list'.")

    def _listed(self, channel: Channel | None) -> list[tuple[Publication, Signed]]:
        self._look()
        found = [(_publication(entry), entry) for entry in self.repository.kept().values()]
        chosen = [each for each in found if channel is None or channel in each[0].channels]
        return sorted(chosen, key=lambda each: each[0].order, reverse=True)


def _publication(entry: Signed) -> Publication:
    return Publication.model_validate(entry["custom"])


def _read(version: str, manifest: str) -> Release:
    try:
        return Release.model_validate_json(manifest)
    except ValidationError as error:
        raise LeadEngineError(
            f"Release {version} cannot be read",
            f"Its manifest is not one this lectl knows: {error.errors()[0]['msg']}.",
            "Update lectl: the release was made by a newer one.",
        ) from error
