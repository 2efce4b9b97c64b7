"""The worker's part of a conversation with a person: call them, and mail what the visitor did not read."""

import asyncio
from dataclasses import dataclass
from email.message import EmailMessage
from uuid import UUID

from psycopg.rows import class_row

from leadengine.chores import Chore
from leadengine.database import Connection, Database
from leadengine.notifications import mail, slack
from leadengine.replies.addresses import VISITOR, address_for
from leadengine.settings import Settings
from leadengine.tenants.preferences import name_of

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
_CALLED = """
UPDATE calls SET problem = %(problem)s{change}
WHERE conversation_id = %(conversation_id)s AND channel = %(channel)s
"""
_MAIL = """Somebody on your website wants to talk to a person.

{who}
On the page {page}

What was said:
{said}

{how}
{link}
"""
_HERE = "Answer here, and they read it where they asked (or by mail, when they are gone):"
_OR_BY_MAIL = f"Just answer this mail. Or: {_HERE[0].lower()}{_HERE[1:]}"
_REPLY = """{text}

You asked on {page}. Just answer this mail to go on.
"""
_THREAD = """{initials} wants to talk to a person: {link}
{said}
What you write in this thread is your answer."""


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
            problem, thread = await asyncio.to_thread(_send_call, settings, call, said, people)
            async with database.tenant(tenant) as connection:
                change = "" if problem else ", sent_at = now(), thread = %(thread)s"
                values = {"problem": problem, "thread": thread, **vars(call)}
                await connection.execute(_CALLED.format(change=change).encode(), values)

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
                name = await name_of(connection, settings)
            if reply is None or not await asyncio.to_thread(_send_reply, settings, reply, name):
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


async def _people(connection: Connection) -> list[tuple[str, str]]:
    cursor = await connection.execute("SELECT id::text, email FROM users ORDER BY email LIMIT 20")
    return await cursor.fetchall()


def _send_call(
    settings: Settings, call: _Call, said: str, people: list[tuple[str, str]]
) -> tuple[str, str]:
    """What went wrong, empty when the channel took it; and the thread that it began."""
    try:
        if call.channel == "slack":
            return "", slack.tell(settings, _as_line(settings, call, said))
        for who, address in people:
            mail.send(settings, _as_mail(settings, call, said, who, address))
    except (mail.MailError, slack.SlackError) as error:
        return str(error), ""
    return "", ""


def _as_line(settings: Settings, call: _Call, said: str) -> str:
    """Initials and a link for a channel that many read; with a thread to answer in, what was said as well."""
    initials = "".join(f"{word[0].upper()}." for word in call.name.split()[:3]) or "A visitor"
    initials, link = slack.escaped(initials), _link(settings, call)
    if slack.has_threads(settings):
        return _THREAD.format(initials=initials, link=link, said=slack.escaped(said))
    return f"{initials} wants to talk to a person: {link}"


def _as_mail(settings: Settings, call: _Call, said: str, who: str, address: str) -> EmailMessage:
    reply_to = reply_address(settings, call.conversation_id, who)
    text = _MAIL.format(
        who=" ".join(filter(None, (call.name, call.email))) or "(no name given)",
        page=call.page_url,
        said=said,
        how=_OR_BY_MAIL if reply_to else _HERE,
        link=_link(settings, call),
    )
    return mail.compose(settings, address, "A visitor wants a person", text, reply_to)


def _link(settings: Settings, call: _Call) -> str:
    return f"{settings.origin}/conversations/{call.conversation_id}"


def reply_address(settings: Settings, conversation: UUID, who: str) -> str:
    """Where somebody's answer is taken for theirs; empty when none can be."""
    if not settings.reply_secret.get_secret_value():
        return ""
    secret = settings.session_secret.get_secret_value()
    return address_for(secret, settings.reply_address, conversation, who)


def _send_reply(settings: Settings, reply: _Reply, name: str) -> bool:
    text = _REPLY.format(text=reply.text, page=reply.page_url)
    try:
        subject = f"Your question to {name}"
        reply_to = reply_address(settings, reply.conversation_id, VISITOR)
        mail.send(settings, mail.compose(settings, reply.email, subject, text, reply_to))
    except mail.MailError:
        return False
    return True
