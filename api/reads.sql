-- name: now
-- Where the log ends, when its last fact was recorded, and the database clock; microseconds UTC.
select size, recorded_at, greatest(recorded_at, (extract(epoch from clock_timestamp()) * 1000000)::bigint) from log.head

-- name: position_at
-- The last position recorded by a moment, 0 before the first: recorded times never run back, so halving finds it.
with recursive halving (low, high) as (
    select 0::bigint, (select size from log.head)
    union all
    select case when fact.recorded_at <= %(moment)s then middle else low end,
           case when fact.recorded_at <= %(moment)s then high else middle - 1 end
      from halving, lateral (select (low + high + 1) / 2 as middle) as half
      join log.ledger_events as fact on fact.notification_id = middle
     where low < high
)
select low from halving where low = high
