-- name: journal
-- Which migrations the database has, and whether each was applied or left out for want of a superuser.
select number, name, applied from log.migrations order by number

-- name: head
-- Where the log ends; no row of facts, no ledger.
select size, recorded_at, synthetic from log.head
