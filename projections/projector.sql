-- name: lead
-- Held by the connection for as long as it lives.
select pg_try_advisory_lock(hashtext('projections lead'), 0)

-- name: listen
listen ledger_events
