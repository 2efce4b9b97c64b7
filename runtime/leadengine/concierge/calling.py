"""The worker's part of a conversation with a person: call them, and mail what the visitor did not read."""

import asyncio
from dataclasses import dataclass
from uuid import UUID

from psycopg.rows import class_row

from leadengine.chores import Chore
from leadengine.database import Connection, Database
from leadengine.notifications import mail, slack
from leadengine.settings import Settings

_MOST_TRIES = 8
# Half a minute, then one, two, four … up to an hour later.
_CLAIM_CALL = """
WITH due AS (
  SELECT conversation_id, channel FROM calls
  WHERE sent_at IS NULL AND next_try_at <= now() AND tries < %s
  ORDER BY next_try_at LIMIT 1 FOR UPDATE SKIP LOCKED)
UPDATE calls c SET tries = c.tries + 1, next_try_at = now() + interval '30 s' * 2 ^ c.tries
FROM due, conversations v WHERE c.conversation_id = due.conversation_id AND c.channel = due.channel
  AND v.id = c.conversation_id
RETURNING c.conversation_id, c.channel, v.name, v.email, v.page_url
"""
_CLAIM_REPLY = """
WITH due AS (
  SELECT m.conversation_id, m.number FROM messages m
  JOIN conversations c ON c.tenant_id = m.tenant_id AND c.id = m.conversation_id
  WHERE m.author = 'person' AND m.read_at IS NULL AND m.mailed_at IS NULL AND c.email <> ''
    AND m.said_at < now() - interval '45 s' AND m.next_try_at <= now() AND m.tries < %s
  ORDER BY m.number LIMIT 1 FOR UPDATE OF m SKIP LOCKED)
UPDATE messages m SET tries = m.tries + 1, next_try_at = now() + interval '30 s' * 2 ^ m.tries
FROM due, conversations v WHERE m.conversation_id = due.conversation_id AND m.number = due.number
  AND v.id = m.conversation_id
RETURNING m.conversation_id, m.number, m.text, v.email, v.page_url
"""
_MAIL = """Somebody on your website wants to talk to a person.

{who}
On the page {page}

What was said:
{said}

Answer here, and they read it where they asked (or by mail, when they are gone):
{link}
"""
_REPLY = """{text}

You asked on {page}. Just answer this mail to go on.
"""


@dataclass(frozen=True)
class _Call:
    conversation_id: UUID
    channel: str
    name: str
    email: str
    page_url: str


@dataclass(frozen=True)
class _Reply:
    conversation_id: UUID
    number: int
    text: str
    email: str
    page_url: str


def call_people(database: Database, settings: Settings) -> Chore:
    """Tell the client's people of each conversation that waits for one of them."""

    async def chore(tenant: UUID) -> None:
        while True:
            async with database.tenant(tenant) as connection:
                async with connection.cursor(row_factory=class_row(_Call)) as cursor:
                    await cursor.execute(_CLAIM_CALL, (_MOST_TRIES,))
                    call = await cursor.fetchone()
                if call is None:
                    return
                said = await _said(connection, call.conversation_id)
                people = await _people(connection)
            problem = await asyncio.to_thread(_send_call, settings, call, said, people)
            async with database.tenant(tenant) as connection:
                change = "problem = %s" if problem else "problem = %s, sent_at = now()"
                await connection.execute(
                    f"UPDATE calls SET {change} WHERE conversation_id = %s AND channel = %s",  # noqa: S608 - constants
                    (problem, call.conversation_id, call.channel),
                )

    return chore


def mail_replies(database: Database, settings: Settings) -> Chore:
    """Send by mail what a person wrote and the visitor did not see."""

    async def chore(tenant: UUID) -> None:
        while settings.smtp_host:
            async with (
                database.tenant(tenant) as connection,
                connection.cursor(row_factory=class_row(_Reply)) as cursor,
            ):
                await cursor.execute(_CLAIM_REPLY, (_MOST_TRIES,))
                reply = await cursor.fetchone()
            if reply is None or not await asyncio.to_thread(_send_reply, settings, reply):
                return
            async with database.tenant(tenant) as connection:
                await connection.execute(
                    "UPDATE messages SET mailed_at = now() WHERE conversation_id = %s AND number = %s",
                    (reply.conversation_id, reply.number),
                )

    return chore


async def _said(connection: Connection, conversation: UUID) -> str:
    """The last turns, and what was left open, for who takes over."""
    cursor = await connection.execute(
        "SELECT question, answered FROM turns WHERE conversation_id = %s ORDER BY number DESC LIMIT 6",
        (conversation,),
    )
    lines = [
        f"- {question[:300]}{'' if answered else '  (could not be answered)'}"
        for question, answered in reversed(await cursor.fetchall())
    ]
    cursor = await connection.execute(
        "SELECT text FROM messages WHERE conversation_id = %s AND author = 'visitor'"
        " ORDER BY number DESC LIMIT 3",
        (conversation,),
    )
    lines += [f"- to a person: {row[0][:500]}" for row in reversed(await cursor.fetchall())]
    return "\n".join(lines) or "- nothing yet"


async def _people(connection: Connection) -> list[str]:
    cursor = await connection.execute("SELECT email FROM users ORDER BY email LIMIT 20")
    return [row[0] for row in await cursor.fetchall()]


def _send_call(settings: Settings, call: _Call, said: str, people: list[str]) -> str:
    """What went wrong; empty when the channel took it."""
    link = f"{settings.origin}/conversations/{call.conversation_id}"
    try:
        if call.channel == "slack":
            initials = (
                "".join(f"{word[0].upper()}." for word in call.name.split()[:3]) or "A visitor"
            )
            text = f"{initials} wants to talk to a person: {link}"
            slack.post(settings.slack_webhook.get_secret_value(), text)
            return ""
        who = " ".join(filter(None, (call.name, call.email))) or "(no name given)"
        text = _MAIL.format(who=who, page=call.page_url, said=said, link=link)
        for address in people:
            mail.send(settings, mail.compose(settings, address, "A visitor wants a person", text))
    except (mail.MailError, slack.SlackError) as error:
        return str(error)
    return ""


def _send_reply(settings: Settings, reply: _Reply) -> bool:
    text = _REPLY.format(text=reply.text, page=reply.page_url)
    try:
        subject = f"Your question to {settings.client_name}"
        mail.send(settings, mail.compose(settings, reply.email, subject, text))
    except mail.MailError:
        return False
    return True
