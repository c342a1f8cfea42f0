"""The catalog as the settings would have it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from scrapers.generic import generic
from scrapers.source import Source
from tracker.adapters import chromium
from tracker.adapters.config.misspelt import misspelt
from tracker.adapters.config.wrong import Wrong, nearest
from tracker.domain.errors import BadSettings
from tracker.domain.settings import Settings, SourceSetting

GENERIC = "generic"


def sources(settings: Settings, catalog: Mapping[str, Source]) -> dict[str, Source]:
    """The catalog's sources and the user's own, without the disabled ones. Raises BadSettings.

    Those of the catalog that need a browser are left out where there is none, unless the settings name them.
    """
    said = {setting.id: setting for setting in settings.sources}
    unfit = set() if chromium.is_there() else needing_a_browser(catalog)
    found = {
        id: source
        for id, source in catalog.items()
        if (id not in said or said[id].enabled) and (id in said or id not in unfit)
    }
    problems: list[str] = []
    for id, setting in said.items():
        try:
            source = _changed(catalog[id], setting, catalog) if id in catalog else _own(setting, catalog)
        except Wrong as wrong:
            problems += [f"{setting.place or f'source.{id}'}{words}" for words in wrong.args]
            continue
        if setting.enabled:
            found[id] = source
    every = [*catalog.values(), *found.values()]
    known = {source.id for source in every} | {source.provider for source in every}
    problems += misspelt(settings, known - {""})
    if problems:
        raise BadSettings("\n".join(problems))
    return found


def needing_a_browser(catalog: Mapping[str, Source]) -> set[str]:
    return {id for id, source in catalog.items() if source.via == "browser"}


def _changed(source: Source, setting: SourceSetting, catalog: Mapping[str, Source]) -> Source:
    """A source of the catalog. With another reader, what the old one was sure to find is unknown."""
    if setting.reader and setting.reader != source.id:
        other = _reader(setting.reader, catalog)
        source = replace(source, reader=other.reader, accept=other.accept, anchors=(), least=1)
    return _set(source, setting)


def _own(setting: SourceSetting, catalog: Mapping[str, Source]) -> Source:
    """A page of the user's own; its reader says what kind of page it is."""
    if not setting.url:
        raise Wrong(
            f': is not a source; the nearest is "{nearest(setting.id, catalog)}", one of your own needs a url'
        )
    if not setting.reader:
        raise Wrong(f'.reader: is missing; "{GENERIC}" or the id of a source whose reader fits is allowed')
    other = _reader(setting.reader, catalog)
    own = Source(setting.url, other.reader, provider=setting.id, accept=other.accept, kind=other.kind)
    return replace(_set(own, setting), id=setting.id)


def _set(source: Source, setting: SourceSetting) -> Source:
    return replace(
        source,
        url=setting.url or source.url,
        provider=setting.provider or source.provider,
        every=setting.every or source.every,
        accept=setting.accept or source.accept,
        anchors=source.anchors if setting.anchors is None else setting.anchors,
        least=setting.least or source.least,
        via="browser" if setting.browser else "page" if setting.browser is False else source.via,
    )


def _reader(id: str, catalog: Mapping[str, Source]) -> Source:
    """A source that reads as the one with this id does."""
    if id == GENERIC:
        return Source("", generic, kind="providers")
    if id not in catalog:
        raise Wrong(f'.reader: is not a reader; the nearest is "{nearest(id, [*catalog, GENERIC])}"')
    return catalog[id]
