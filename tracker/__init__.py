"""The flow: fetch → keep the snapshot → extract → observe → move → alert → verdict.

    page     = fetch(source)                    adapters/fetch.py
    snapshot = keep(page)                       adapters/store/snapshots.py, before anyone reads it
    reading  = source.read(page)                scrapers/, in a process of adapters/reading.py
    seen     = observe(reading, known)          domain/observe.py
    changes  = step(known, pending, seen)       domain/moves.py, doubts in domain/plausible.py
    changes += witnesses(changes.pending)       domain/witnesses.py: another source may speak for a move
    alerts   = alerts_for(changes.confirmed)    domain/alerts.py; what is no move: domain/notices.py
    record(changes, alerts)                     record.py, one transaction
    deliver(alerts)                             deliver.py, at least once

`check.py` runs it as far as the record, `deliver.py` from there, `daemon.py` both, on time. `reread.py` reads
kept pages again, and records corrections.
"""

__version__ = "0.1.0"
