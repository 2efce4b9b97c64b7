"""A website's last 90 days, made up inside the database: as many events as are asked for."""

_ARRAYS = {
    "source": (
        "Google",
        "Direct",
        "Direct",
        "LinkedIn",
        "newsletter",
        "partner.example",
        "ChatGPT",
    ),
    "channel": ("Search", "Direct", "Direct", "Social", "Email", "Referral", "AI assistants"),
    "campaign": ("", "", "", "", "Spring sale", "", ""),
    "device": ("desktop", "desktop", "desktop", "phone", "phone", "phone", "tablet"),
    "browser": ("Chrome", "Chrome", "Edge", "Safari", "Safari", "Chrome", "Firefox"),
    "system": ("Windows", "Windows", "macOS", "iOS", "iOS", "Android", "Linux"),
    "locale": ("en-GB", "en-GB", "en-GB", "en-US", "de-DE", "fr-FR", "en-GB"),
}
_PATHS = (
    *("/", "/", "/", "/pricing", "/pricing", "/about", "/blog", "/contact", "/case-studies"),
    *(f"/blog/post-{number}" for number in range(40)),
)


def _pick(values: tuple[str, ...], by: str) -> str:
    listed = ", ".join(f"'{value}'" for value in values)
    return f"(ARRAY[{listed}])[1 + ({by}) % {len(values)}]"


def statements(tenant: str, events: int) -> str:
    """SQL for the owner: visits of three to four events each, and the numbers by day.

    `tenant` is an expression that yields its id. The same every time it is run.
    """
    return _visits(tenant, events) + _numbers(tenant)


def _visits(tenant: str, events: int) -> str:
    visits = round(events / 3.5)
    path = _pick(_PATHS, "h + n * 3")
    picked = ", ".join(_pick(values, "h") for values in _ARRAYS.values())
    return f"""
SELECT ensure_event_partition((current_date - back * interval '1 month')::date)
FROM generate_series(0, 4) back;
CREATE TEMPORARY TABLE made AS
SELECT {tenant} AS tenant_id, gen_random_uuid() AS id, i, h,
  left(md5('v' || i % {max(1, visits * 4 // 5)}), 16) AS visitor,
  now() - (abs(hashint4(i * 7)) % 7776000) * interval '1 second' AS at,
  2 + h % 4 AS pages
FROM (SELECT i, abs(hashint4(i)) AS h FROM generate_series(1, {visits}) i) AS numbered
-- As visits come: those of a week lie together.
ORDER BY at;
INSERT INTO visits (tenant_id, id, visitor, started_at, last_seen_at, pages, landing_url,
  landing_title, referrer, {", ".join(_ARRAYS)}, entry, exit, company, paths, deeds)
SELECT tenant_id, id, visitor, at, at + pages * interval '40 s', pages,
  'https://www.acme.test' || {_pick(_PATHS, "h")}, 'Acme Orchards', '', {picked},
  {_pick(_PATHS, "h")}, '/', CASE WHEN h % 19 = 0 THEN 'company-' || h % 60 || '.test' ELSE '' END,
  ARRAY(SELECT DISTINCT {path} FROM generate_series(0, pages - 1) n),
  CASE WHEN h % 40 = 0 THEN ARRAY['Lead Submitted'] ELSE '{{}}' END
FROM made;
INSERT INTO events (tenant_id, message_id, occurred_at, received_at, type, visit_id, visitor, url,
  title, referrer, subject)
SELECT tenant_id, gen_random_uuid(), at + n * interval '40 s', at, 'page', id, visitor,
  'https://www.acme.test' || path, 'Acme Orchards', '', path
FROM made, generate_series(0, pages - 1) n, LATERAL (SELECT {path} AS path) p;
INSERT INTO events (tenant_id, message_id, occurred_at, received_at, type, visit_id, visitor, url,
  title, referrer, name, subject)
SELECT tenant_id, gen_random_uuid(), at + pages * interval '40 s', at, 'track', id, visitor,
  'https://www.acme.test/contact', '', '', 'Lead Submitted', 'Lead Submitted'
FROM made WHERE h % 40 = 0;
"""  # noqa: S608 - constants of this file


def _numbers(tenant: str) -> str:
    return f"""
INSERT INTO day_counts (tenant_id, day, kind, name, number)
SELECT tenant_id, (at AT TIME ZONE 'UTC')::date, kind, name, count(*) FROM made
CROSS JOIN LATERAL (VALUES ('visits', ''), ('visitors', ''), ('entry', {_pick(_PATHS, "h")}),
  {", ".join(f"('{kind}', {_pick(values, 'h')})" for kind, values in _ARRAYS.items())}
) AS counted (kind, name) WHERE kind IN ('visits', 'visitors') OR name <> '' GROUP BY 1, 2, 3, 4;
{_added_up(tenant)}"""  # noqa: S608 - constants of this file


def _added_up(tenant: str) -> str:
    """What the worker adds up while it writes."""
    return f"""
INSERT INTO day_counts (tenant_id, day, kind, name, number)
SELECT tenant_id, (started_at AT TIME ZONE 'UTC')::date, kind, name, sum(number) FROM visits,
LATERAL (SELECT 'page', unnest(paths), 1 UNION ALL SELECT 'event', unnest(deeds), 1
         UNION ALL SELECT 'pages', '', pages) AS counted (kind, name, number)
WHERE tenant_id = {tenant} GROUP BY 1, 2, 3, 4 ON CONFLICT DO NOTHING;
INSERT INTO companies (tenant_id, domain, name)
SELECT {tenant}, 'company-' || n || '.test', 'Company ' || n || ' Ltd' FROM generate_series(0, 59) n
ON CONFLICT DO NOTHING;
SELECT tend_event_partitions();
ANALYZE visits, events, day_counts;
"""  # noqa: S608 - constants of this file
