"""Rows in every table of the schema, made from the catalogue: a table of tomorrow gets some, too."""

from itertools import count

from tests.lab.runtime.stack import RuntimeStack

_FILL = """
SET session_replication_role = replica;  -- rows without what they hang on
SELECT ensure_event_partition(current_date);
DO $$
DECLARE
  place record;
  number integer := {start};
BEGIN
  FOR place IN
    SELECT c.oid AS number, c.relname AS name, a.attname AS wanted FROM pg_class c
    JOIN pg_attribute t ON t.attrelid = c.oid AND t.attname = 'tenant_id'
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
      AND a.attgenerated = '' AND a.{wanted}
  LOOP
    number := number + 1;
    EXECUTE (
      SELECT format('INSERT INTO public.%I (%s) VALUES (%s) ON CONFLICT DO NOTHING', place.name,
        string_agg(quote_ident(attname), ', '), string_agg(value, ', '))
      FROM (SELECT a.attname, CASE
          WHEN a.attname = 'tenant_id' THEN quote_literal('{tenant}')
          WHEN a.attname = place.wanted THEN CASE format_type(a.atttypid, NULL)
            WHEN 'jsonb' THEN quote_literal(jsonb_build_object('said', '{value}'))
            WHEN 'text[]' THEN quote_literal(ARRAY['{value}']) || '::text[]'
            WHEN 'bytea' THEN format('convert_to(%L, ''UTF8'')', '{value}')
            ELSE quote_literal('{value}') END
          ELSE CASE format_type(a.atttypid, NULL)
            WHEN 'text' THEN quote_literal('filler ' || number)
            WHEN 'jsonb' THEN '''{{}}'''
            WHEN 'text[]' THEN '''{{}}'''
            WHEN 'bytea' THEN format('convert_to(%L, ''UTF8'')', 'filler ' || number)
            WHEN 'uuid' THEN 'gen_random_uuid()'
            WHEN 'boolean' THEN 'false'
            WHEN 'date' THEN 'current_date'
            WHEN 'timestamp with time zone' THEN 'now()'
            ELSE number::text END END AS value
        FROM pg_attribute a WHERE a.attrelid = place.number AND a.attnum > 0 AND NOT a.attisdropped
          AND a.attgenerated = '' AND a.attidentity = '') AS columns);
  END LOOP;
END $$;
"""
_STARTS = count(1000, 1000)
_WORDS = "atttypid IN ('text'::regtype, 'jsonb'::regtype, 'text[]'::regtype, 'bytea'::regtype)"
_HOLDING = """
SELECT c.relname, (xpath('/row/n/text()', query_to_xml(format(
  'SELECT count(*) AS n FROM public.%I t WHERE strpos(lower(t::text), %L) > 0 OR strpos(t::text, %L) > 0',
  c.relname, '{text}', '{in_hex}'), false, true, '')))[1]
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY 1
"""


def in_every_column(stack: RuntimeStack, tenant: str, value: str) -> None:
    """In each table one row for each column that can hold words: they are there, and nowhere else."""
    stack.sql(_FILL.format(tenant=tenant, value=value, wanted=_WORDS, start=next(_STARTS)))


def in_columns_called(stack: RuntimeStack, tenant: str, name: str, value: str) -> None:
    """In each table with such a column one row that has the value there."""
    wanted = f"attname = '{name}'"
    stack.sql(_FILL.format(tenant=tenant, value=value, wanted=wanted, start=next(_STARTS)))


def tables_with(stack: RuntimeStack, value: str) -> dict[str, int]:
    """How many rows of each table hold a text, as it is or as bytes; every table is listed."""
    found = stack.sql(_HOLDING.format(text=value, in_hex=value.encode().hex()))
    return {name: int(count) for name, _, count in (row.partition("|") for row in found.split())}
