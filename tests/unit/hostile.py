"""Values that have broken programs of this kind before; see promise S7."""

PAYLOADS = (
    # shell
    "$(touch /tmp/pwned)", "`touch /tmp/pwned`", "; touch /tmp/pwned", "| touch /tmp/pwned",
    "&& touch /tmp/pwned", "'; touch /tmp/pwned; '", '"; touch /tmp/pwned; "', "${IFS}x",
    "$HOME", "a b", "~root", "*", "?", "[a-z]", "{a,b}", "!x", "#x", "x>y", "x<y", "\\",
    # YAML
    "a: b", "- a", "{a: b}", "[a]", "&a", "*a", "!!python/object/apply:os.system [id]", "|", ">",
    "'", '"', "%TAG", "@a", "a #b", "a\nprivileged: true", "---", "...", "null", "yes", "0x10",
    "1e3", "<<: *x", "? a",
    # nginx
    "a;}", "a; return 200", "$host", "$1", "a{b}", "a;\ninclude /etc/passwd;", '"a', "a\\",
    # environment files
    "a=b", "A='x'", "a\nLD_PRELOAD=/tmp/x", "${LLM_API_KEY}", "$$", "\\$x",
    # options and paths
    "-o ProxyCommand=id", "--help", "-v", "../../etc/passwd", "/etc/passwd", "..", ".", "a/b",
    "file:///etc/passwd", "%2e%2e%2f", "C:\\x",
    # lines, NUL, direction, terminals, width
    "a\r\nb", "a\nb", "a\0b", "\x1b[31mred", "\x07", "\u202eabc", "\u2066abc", "\u2028", "\x85",
    "\ufeffa", "\u200b", "a" * 300, "a" * 70_000, "\U0001f600", "\ud7ff", "ﬀ", "İ", "ß", "аcme",
    # markup, templates, SQL, formats
    "<script>alert(1)</script>", "{{ 7*7 }}", "{% for x in y %}", "{# #}", "${7*7}", "%s%n",
    "{0.__class__}", "' OR 1=1 --", "[red]x[/red]", "", " ", "\t",
)  # fmt: skip
