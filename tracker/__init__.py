"""The flow: fetch → keep the snapshot → extract → observe → move → alert → verdict.

    page     = fetch(source)                    adapters/fetch.py
    snapshot = keep(page)                       adapters/store/snapshots.py, before anyone reads it
    reading  = source.read(page)                scrapers/, in a process of adapters/reading.py
    seen     = observe(reading, known)          domain/observe.py
    changes  = step(known, pending, seen)       domain/moves.py, doubts in domain/plausible.py
    changes += witnesses(changes.pending)       domain/witnesses.py: another source may speak for a move
    alerts   = announce(changes.confirmed)      announce.py, by domain/rules.py; the rest: domain/notices.py
    record(changes, alerts)                     record.py, one transaction
    deliver(gather(alerts))                     deliver.py, at least once, digests and storms as one
    events   = of_moves(changes.confirmed)      domain/events.py, with models that came and left
    verdict  = judge(claims, events, as_of)     domain/verdict.py, from the store alone

`check.py` runs it as far as the record, `deliver.py` from there, `judge.py` the end, `daemon.py` all in time.
`reread.py` reads kept pages again, and records corrections; `backfill.py` brings the past, and alerts nobody.
"""

__version__ = "0.1.0"
