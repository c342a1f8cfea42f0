"""A message as a mail: text and HTML beside each other, for a phone and in the dark, its chart within."""

# mypy: allow-untyped-calls
# (apprise says that it is typed, and is so in parts)

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import partial
from html import escape
from itertools import pairwise
from typing import Any

from apprise.exception import AppriseImproperlyConfigured
from apprise.plugins.email import NotifyEmail
from apprise.plugins.email.smtp import SMTP_EXCEPTIONS, AppriseSMTPController

from tracker.adapters.chat import clean, spoken, web_links
from tracker.domain.alerts import Message

CHART = "chart.png"
SHORT = 20  # characters of a price, which is not broken
_FONT = "-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif"
# Styles stand at each element, since some clients drop <style>; the dark ones can only stand there.
_STYLE = """
:root { color-scheme: light dark; supported-color-schemes: light dark; }
body { margin: 0; padding: 0; -webkit-text-size-adjust: 100%; }
@media (prefers-color-scheme: dark) {
  body, .page { background: #121517 !important; }
  .card { background: #1a1e21 !important; border-color: #2d3338 !important; }
  .ink { color: #e7eaec !important; }
  .soft { color: #a3abb3 !important; }
  .line { border-color: #2d3338 !important; }
  .link { color: #84bfe8 !important; }
}
@media (max-width: 480px) { .page { padding: 0 !important; } .card { padding: 16px !important; } }
"""


def send(plugin: NotifyEmail, mail: str, to: str) -> bool:
    """Hand a mail to the channel's server, to one recipient and whoever gets copies."""
    everyone = list(dict.fromkeys([to, *sorted(plugin.cc), *sorted(plugin.bcc)]))
    server: Any = partial(AppriseSMTPController, socket_connect_timeout=plugin.socket_connect_timeout)
    try:
        with server(
            host=plugin.smtp_host,
            port=plugin.port,
            secure_mode=plugin.secure_mode,
            user=plugin.user,
            password=plugin.password,
            verify_certificate=plugin.verify_certificate,
        ) as through:
            return bool(through.sendmail(plugin.from_addr[1], everyone, mail))
    except (*SMTP_EXCEPTIONS, RuntimeError, AppriseImproperlyConfigured):
        return False


def compose(
    plugin: NotifyEmail,
    to: tuple[Any, str],
    message: Message,
    delivery_id: str,
    *,
    note: str = "",
    picture: bytes | None = None,
) -> str:
    """The mail for one recipient; raises ValueError or MessageError where its headers cannot be sent.

    Its Message-ID is made of the delivery's id, so that a repeat is the same mail to servers and clients.
    """
    mail = EmailMessage(policy=SMTP)
    domain = str(plugin.from_addr[1]).rpartition("@")[2]
    mail["Subject"] = clean(message.subject)
    mail["From"] = _address((plugin.from_addr[0] or plugin.app_id, plugin.from_addr[1]))
    mail["To"] = _address(to)
    for name, addresses in (("Cc", plugin.cc), ("Reply-To", plugin.reply_to)):
        if addresses:
            mail[name] = [_address((plugin.names.get(a), a)) for a in sorted(addresses)]
    mail["Date"] = format_datetime(datetime.now(UTC))
    local = re.sub(r"[^A-Za-z0-9-]", "-", delivery_id) or "delivery"
    mail["Message-ID"] = f"<{local}.price-tracker@{domain}>"
    mail["X-Delivery-Id"] = delivery_id
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no answer from who is away
    for name, value in plugin.headers.items():
        del mail[name]
        mail[name] = value
    mail.set_content(text(message, note=note), cte="quoted-printable")
    mail.add_alternative(
        html(message, note=note, picture=picture is not None), "html", cte="quoted-printable"
    )
    if picture is not None:
        page = mail.get_payload()[-1]  # type: ignore[index]
        page.add_related(  # type: ignore[union-attr]
            picture, "image", "png", cid=f"<{CHART}>", filename=CHART, disposition="inline"
        )
    return mail.as_string()


def _address(named: Sequence[Any]) -> Address:
    name, address = named
    return Address(display_name=clean(name) if name else "", addr_spec=address)


def text(message: Message, *, note: str = "") -> str:
    """The part without markup: lines, what they mean, links."""
    links = [f"{clean(name)}: {url}" for name, url in web_links(message)]
    lines = [clean(line) for line in message.lines]
    notes = [clean(line) for line in message.notes]
    parts = ["\n".join(part) for part in (lines, notes, links, [note] if note else []) if part]
    return "\n\n".join(parts) + "\n"


def html(message: Message, *, note: str = "", picture: bool = False) -> str:
    """The part with markup; everything in it escaped, and nothing in it loaded from elsewhere."""
    head, *lines = spoken(Message(message.subject, message.lines), titled=False)
    parts = [_p(head, "font-size:17px;line-height:1.4;font-weight:600")]
    parts += [_p(line) for line in message.notes]
    parts += [_table(message.table)] if len(message.table) > 1 else []
    parts += [_PICTURE.format(alt=_e(f"Chart: {message.subject}"))] if picture else []
    parts += [_p(line, "font-size:14px") for line in lines]
    links = [
        f'<a class="link" href="{_e(url)}" style="color:#0f5c8c">{_e(name)}</a>'
        for name, url in web_links(message)
    ]
    parts += [f'<p style="margin:0 0 12px;font-size:15px">{" &middot; ".join(links)}</p>'] if links else []
    parts += [f'<p class="soft" style="margin:0;font-size:13px;color:#565e67">{_e(note)}</p>'] if note else []
    return _PAGE.format(title=_e(message.subject), style=_STYLE, font=_FONT, parts="\n".join(parts))


def _e(words: str) -> str:
    return str(escape(clean(words)))


def _p(words: str, style: str = "font-size:15px") -> str:
    return f'<p class="ink" style="margin:0 0 12px;color:#191d21;{style}">{_e(words)}</p>'


def _table(table: Sequence[Sequence[str]]) -> str:
    """Header and rows; numbers to the right, the meter under its model, the model once where it repeats."""
    header, *rows = table
    under = list(header[:2]) == ["Model", "Meter"]
    names = [header[0], *header[2:]] if under else header
    cells = [_cell("th", _e(name), place) for place, name in enumerate(names)]
    body = [
        _row(row, row[0] != before[0] if under else True, under)
        for before, row in pairwise([("",) * len(header), *rows])
    ]
    return _TABLE.format(head="".join(cells), rows="\n".join(body))


def _row(row: Sequence[str], named: bool, under: bool) -> str:
    first = f'<span style="font-weight:600">{_e(row[0])}</span>' if named else ""
    if under:
        soft = f'<span class="soft" style="color:#565e67">{_e(row[1])}</span>'
        first = "<br>".join(filter(None, [first, soft]))
        row = (row[0], *row[2:])
    cells = [first, *(_arrow(cell) for cell in row[1:])]
    top = "1px solid #dfe3e7" if named else ""
    return f"<tr>{''.join(_cell('td', cell, place, top) for place, cell in enumerate(cells))}</tr>"


def _arrow(cell: str) -> str:
    """A change with its direction, which needs no colour to be seen."""
    mark = {"−": "▼ ", "+": "▲ "}.get(cell[:1], "") if cell.endswith("%") else ""
    words = _e(cell)
    return f'<span style="font-weight:600;white-space:nowrap">{mark}{words}</span>' if mark else words


def _cell(tag: str, inner: str, place: int, top: str = "") -> str:
    """One cell; `top` is the line above it, absent where a row goes on about the same model."""
    side, left = ("left", "0") if place == 0 else ("right", "12px")
    look = "color:#565e67;font-weight:400" if tag == "th" else "color:#191d21"
    look += ";white-space:nowrap" if place and len(inner) <= SHORT else ""
    look += f";border-top:{top}" if top else ""
    ink = "soft" if tag == "th" else "ink line"
    scope = ' scope="col"' if tag == "th" else ""
    return (
        f'<{tag}{scope} class="{ink}" align="{side}" valign="top" style="text-align:{side};'
        f'padding:{"8px" if top or tag == "th" else "0"} 0 8px {left};{look}">{inner}</{tag}>'
    )


_TABLE = """<table role="table" width="100%" cellpadding="0" cellspacing="0"
 style="width:100%;border-collapse:collapse;margin:0 0 16px;font-size:14px;line-height:1.4;
font-variant-numeric:tabular-nums">
<caption class="soft" style="text-align:left;color:#565e67;font-size:13px;padding:0 0 4px">
Prices that moved</caption>
<thead><tr>{head}</tr></thead>
<tbody>
{rows}
</tbody></table>"""
_PICTURE = (
    '<p style="margin:0 0 16px"><img src="cid:' + CHART + '" alt="{alt}" width="420"'
    ' style="display:block;width:100%;max-width:420px;height:auto;border:0;border-radius:6px"></p>'
)
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">
<title>{title}</title><style>{style}</style></head>
<body class="page" style="margin:0;padding:0;background:#f7f8f9">
<div class="page" style="background:#f7f8f9;padding:24px 12px;font-family:{font}">
<div class="card" style="max-width:640px;margin:0 auto;background:#ffffff;border:1px solid #dfe3e7;\
border-radius:8px;padding:24px;box-sizing:border-box;overflow-wrap:anywhere">
{parts}
</div></div></body></html>
"""
