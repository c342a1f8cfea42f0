-- What a store of schema 0003 may hold: rows of every table that a later version changes, or that refer to one.
INSERT INTO sources (id, kind, provider, url, state, state_since, due, last_outcome, outcome_kind, fails, told, offers,
  readers, dated, etag, last_modified)
VALUES ('acme', 'providers', 'acme', '', 'well', :at, :at, '', 'well', 0, '', 0, '', FALSE, '', '');
INSERT INTO series (id, key, provider, model, model_folded, meter, tier, context, "window", region, billing, currency)
VALUES (1, :key, 'acme', 'a', 'a', 'input_mtok', '', '', '', '', '', 'USD');
INSERT INTO moves (id, source, series, before, after, at, recorded_at, status, status_at, reason, event, model, label,
  promo_until)
VALUES (1, 'acme', 1, 3, 2, :at, :at, 'confirmed', :at, '', 'list_cut', 'a', '', '');
INSERT INTO alerts (id, created_at, rule, subject, message) VALUES (1, :at, 'default', 'moved', :message);
INSERT INTO alerts (id, created_at, rule, subject, message) VALUES (2, :at, 'default', 'blind', :message);
INSERT INTO alert_moves (alert, move) VALUES (1, 1);
INSERT INTO deliveries (id, alert, channel, state, attempts, next_try, claimed_by, uncertain, last_error)
VALUES ('d1', 1, 'team', 'waiting', 0, :at, '', FALSE, '');
INSERT INTO deliveries (id, alert, channel, state, attempts, next_try, claimed_by, uncertain, last_error)
VALUES ('d2', 2, 'team', 'waiting', 0, :at, '', FALSE, '');
