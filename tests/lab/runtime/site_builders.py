"""What a site builder makes of the files in `plugins/` with what a person typed into its settings."""

from collections.abc import Callable
from html import escape
from pathlib import Path

from liquid import Environment, Mode

PLUGINS = Path("plugins")
SHOPIFY = PLUGINS / "shopify/extensions/leadengine/blocks/leadengine.liquid"
WIX = PLUGINS / "wix/leadengine/embedded.html"
SQUARESPACE = PLUGINS / "squarespace/footer.html"

CONSENT = """<script>
  window.agreed = /[?]agreed/.test(location.search);
  window.Shopify = {
    loadFeatures: function (features, done) { setTimeout(done, 50); },
    customerPrivacy: { analyticsProcessingAllowed: function () { return window.agreed; } }
  };
  window.agree = function () {
    document.dispatchEvent(
      new CustomEvent('visitorConsentCollected', { detail: { analyticsAllowed: true } }));
  };
</script>"""
"""The part of Shopify's Customer Privacy API that a theme block may rely on."""


def shopify(host: str, client: str) -> str:
    """Liquid, with the theme editor's settings; the schema is for the editor alone."""
    block, _, _schema = SHOPIFY.read_text().partition("{% schema %}")
    settings = {"host": host, "client": client}
    page = Environment(tolerance=Mode.STRICT).from_string(block)
    return CONSENT + page.render(block={"settings": settings})


def wix(host: str, client: str) -> str:
    """Wix replaces names in double braces."""
    text = WIX.read_text().replace("{{host}}", escape(host))
    return text.replace("{{client}}", escape(client))


def squarespace(host: str, client: str) -> str:
    """A person replaces two words in capitals."""
    return SQUARESPACE.read_text().replace("ADDRESS", host).replace("CLIENT_ID", client)


BUILDERS: dict[str, Callable[[str, str], str]] = {
    "shopify": shopify,
    "wix": wix,
    "squarespace": squarespace,
}
