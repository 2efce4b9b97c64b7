"""Where a site says its pages are: sitemaps, and the links of its pages."""

import re
import zlib
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

import lxml.html
from lxml import etree

from leadengine.knowledge.addresses import normal
from leadengine.knowledge.crawling.fetching import MOST_BYTES

_NOT_PAGES = re.compile(
    r"\.(?:jpe?g|png|gif|webp|avif|svg|ico|css|js|mjs|json|xml|rss|atom|zip|gz|rar|7z|exe|dmg|mp[34]"
    r"|m4[av]|mov|avi|webm|ogg|wav|woff2?|ttf|eot|xlsx?|pptx?)$",
    re.IGNORECASE,
)


def in_sitemap(content: bytes) -> tuple[list[str], list[str]]:
    """Pages and further sitemaps; nothing when it is not to be read."""
    if content.startswith(b"\x1f\x8b"):
        try:
            content = zlib.decompressobj(zlib.MAX_WBITS | 32).decompress(content, MOST_BYTES)
        except zlib.error:
            return [], []
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, recover=True)
    try:
        root = etree.fromstring(content, parser)
    except (etree.LxmlError, ValueError):
        root = None
    if root is None or not isinstance(root.tag, str):
        return [], []
    found = [text.strip() for text in root.xpath("//*[local-name()='loc']/text()")]
    is_index = etree.QName(root).localname == "sitemapindex"
    return ([], found) if is_index else (found, [])


def in_page(url: str, text: str) -> tuple[str, list[str]]:
    """A page's own address for itself, and where it links to; nothing where it asks for that."""
    try:
        tree = lxml.html.document_fromstring(text)
    except (etree.LxmlError, ValueError):
        return normal(url), []
    base = urljoin(url, next(iter(tree.xpath("//base/@href")), url))
    canonical = next(iter(tree.xpath("//link[@rel='canonical']/@href")), "")
    wishes = " ".join(
        tree.xpath("//meta[translate(@name,'ROBTS','robts')='robots']/@content")
    ).lower()
    links = [] if "nofollow" in wishes else list(dict.fromkeys(_links(base, tree)))
    own = _joined(base, canonical) if canonical else normal(url)
    return ("" if "noindex" in wishes else own or normal(url)), links


def _links(base: str, tree: lxml.html.HtmlElement) -> Iterator[str]:
    for element in tree.iter("a", "area"):
        if "nofollow" in (element.get("rel") or "") or not element.get("href"):
            continue
        if link := _joined(base, element.get("href")):
            yield link


def _joined(base: str, link: str) -> str:
    try:
        url = normal(urljoin(base, link))
        path = urlsplit(url).path
    except ValueError:
        return ""
    return "" if not url.startswith(("http://", "https://")) or _NOT_PAGES.search(path) else url
