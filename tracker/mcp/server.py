"""Serves the tools over standard input and output, by the SDK of the Model Context Protocol."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog

from scrapers.source import Source
from tracker.adapters.store import Engine
from tracker.adapters.store.engine import asking
from tracker.domain.errors import TrackerError
from tracker.mcp.asking import Call
from tracker.mcp.inert import inert
from tracker.mcp.tools import BY_NAME, INSTRUCTIONS, TOOLS
from tracker.web.api.refused import Refused
from tracker.web.own import Own

try:
    import mcp_types as types
    from mcp.server import Server
    from mcp.server.stdio import stdio_server

    IS_INSTALLED = True
except ImportError:
    IS_INSTALLED = False

AT_ONCE = 2  # calls that read the store
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Over:
    """What the tools are served over."""

    engine: Engine
    sources: Mapping[str, Source]
    own: Own
    base_url: str
    now: Callable[[], datetime]
    version: str


def serve(over: Over) -> None:
    """Answer until standard input closes. Only the protocol is written to standard output.

    Ctrl-C ends the process at once: a thread waits for input, and there is nothing to finish.
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    asyncio.run(_serve(over))


async def _serve(over: Over) -> None:
    server = made(over)
    async with stdio_server() as (incoming, outgoing):
        await server.run(incoming, outgoing, server.create_initialization_options())


def made(over: Over) -> Server[Any]:
    """The server without its transport."""
    turns = asyncio.Semaphore(AT_ONCE)

    async def listed(context: Any, asked: Any) -> types.ListToolsResult:
        return types.ListToolsResult(tools=described())

    async def called(context: Any, asked: types.CallToolRequestParams) -> types.CallToolResult:
        async with turns:
            return await asyncio.to_thread(answer, over, asked.name, asked.arguments or {})

    return Server(
        "llm-price-tracker",
        title="LLM price tracker",
        version=over.version,
        instructions=INSTRUCTIONS,
        on_list_tools=listed,
        on_call_tool=called,
    )


def described() -> list[types.Tool]:
    """Each tool as the protocol has it: it reads, of a closed world, and may be called again."""
    hints = types.ToolAnnotations(
        read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
    )
    return [
        types.Tool(
            name=tool.name,
            title=tool.title,
            description=tool.says,
            input_schema=tool.takes,
            output_schema=tool.answers,
            annotations=hints,
        )
        for tool in TOOLS
    ]


def answer(over: Over, name: str, asked: Mapping[str, Any]) -> types.CallToolResult:
    """What a call comes to; what is wrong with it is one sentence that the model reads."""
    tool = BY_NAME.get(name)
    if tool is None:
        return _failed(f"there is no such tool; there are {', '.join(BY_NAME)}")
    try:
        with asking(over.engine) as connection:
            call = Call(connection, over.sources, over.own, over.base_url, over.now(), asked)
            found = inert(tool.answer(call))
    except Refused as e:
        return _failed(e.words)
    except TrackerError as e:
        log.warning("mcp.failed", tool=name, error=str(e))
        return _failed(str(e))
    text = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
    return types.CallToolResult(content=[types.TextContent(type="text", text=text)], structured_content=found)


def _failed(words: str) -> types.CallToolResult:
    return types.CallToolResult(content=[types.TextContent(type="text", text=inert(words))], is_error=True)
