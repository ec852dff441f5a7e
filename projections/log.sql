-- name: head
-- The last position; whoever has read up to here has missed nothing.
select coalesce(max(notification_id), 0) from log.ledger_events

-- name: between
select notification_id, recorded_at, originator_id, originator_version, actor, topic, state
  from log.ledger_events
 where notification_id > %(after)s and notification_id <= %(upto)s and topic = any(%(topics)s)
 order by notification_id

-- name: at
select notification_id, recorded_at, originator_id, originator_version, actor, topic, state
  from log.ledger_events
 where notification_id = any(%(positions)s::bigint[])
 order by notification_id

-- name: of_keys
-- The facts that may concern each key: those of its own stream, and those that were routed to it from another.
select originator_id as key, notification_id, recorded_at, originator_id, originator_version, actor, topic, state
  from log.ledger_events
 where originator_id = any(%(keys)s::uuid[]) and notification_id <= %(upto)s and topic = any(%(topics)s)
 union all
select route.key, notification_id, recorded_at, originator_id, originator_version, actor, topic, state
  from {schema}.route join log.ledger_events on notification_id = route.position
 where route.key = any(%(keys)s::uuid[]) and route.position <= %(upto)s and originator_id <> route.key
 order by 1, 2

-- name: of_streams
-- Whole streams as known at a position, at most so many facts.
select notification_id, recorded_at, originator_id, originator_version, actor, topic, state
  from log.ledger_events
 where originator_id = any(%(streams)s::uuid[]) and notification_id <= %(upto)s and topic = any(%(topics)s)
 order by notification_id
 limit %(most)s
