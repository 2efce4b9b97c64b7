"""Sentences that speak to machines instead of people: an attack on whoever quotes or summarises them.

They are left out when a document is taken in, and counted, so that the client sees it. This is the
first of several fences and not the only one: retrieved text is never an instruction (`concierge/claude.py`),
and what leaves is filtered (`concierge/outgoing.py`).
"""

import re

_MACHINE = r"(?:ai|a\.i\.|llm|chat\s?bot|assistant|(?:large\s+)?language\s+model)s?"
_ORDER = (
    r"(?:must|should|shall|will|always|never|reply|respond|answer|say|tell|output|include|repeat|append"
    r"|now)"
)
_TO_MACHINES = re.compile(
    rf"""
    \b(?:ignore|disregard|forget|override|bypass)\b .{{0,40}}
        \b(?:instruction|prompt|rule|guideline|policy|policies|context|system\ message|training)s?\b
    | \b(?:system|developer|hidden|initial)\s+(?:prompt|message|instruction)s?\b
    | \b(?:as|if|to|for|note\s+to|attention,?|dear)\s+(?:an?\s+|all\s+|the\s+|any\s+)?
        {_MACHINE}\b .{{0,80}} \b{_ORDER}\b
    | \byou\s+are\s+(?:now\s+)?(?:an?\s+|in\s+)(?:\w+\s+){{0,3}}
        (?:ai|assistant|language\s+model|chatbot|dan|developer\s+mode)\b
    | \b{_MACHINE}\s*[:,]?\s+(?:must|should|shall|respond|reply|output|append|repeat)\b
    | \b(?:reply|respond|answer|end|begin)\b .{{0,40}}\b(?:only|every|all)\b .{{0,60}}
        \b(?:with|by\ saying|following)\b .{{0,20}}(?:word|phrase|text|link|sentence|code)
    | \b(?:reveal|print|repeat|output|leak)\b .{{0,30}}
        \b(?:prompt|instructions|api\s+key|secret|password)\b
    | </?(?:system|assistant|human|user|instructions?|tool_result|search_result)\b
    | \[/?(?:INST|SYSTEM)\] | <\|im_(?:start|end)\|>
    | ^\s*(?:system|assistant|human)\s*:
    """,
    re.IGNORECASE | re.VERBOSE,
)


def speaks_to_machines(sentence: str) -> bool:
    """Whether a sentence looks like an order to an assistant."""
    return bool(_TO_MACHINES.search(sentence))
