-- name: decisions
-- The positions of decisions, in order; what they rest on is judged by whoever asks.
select notification_id from log.ledger_events
 where notification_id > %(after)s and notification_id <= %(upto)s and topic = any(%(topics)s)
   and (%(actor)s::bytea is null or position(%(actor)s in state) > 0)
 order by notification_id limit %(most)s

-- name: untimely
-- What may have been recorded too late, or before it happened: by its day as it was first said, or because that day was corrected.
-- The bytes of a state are sorted JSON, so a field is found by its name: a quote within a text would stand behind a backslash.
select notification_id from log.ledger_events
 where notification_id > %(after)s and notification_id <= %(upto)s and (%(actor)s::bytea is null or position(%(actor)s in state) > 0)
   and (date '1970-01-01' + ((recorded_at / 1000000 + 28800) / 86400)::int
        - convert_from(substring(state from position('"effective_on":"'::bytea in state) + 16 for 10), 'UTF8')::date
        not between 0 and %(least)s or notification_id = any(%(moved)s::bigint[]))
 order by notification_id limit %(most)s

-- name: moved
-- Corrections that change a day, or another correction of one.
select notification_id from log.ledger_events
 where notification_id <= %(upto)s and topic = 'record.corrected' and position('/effective_on'::bytea in state) > 0

-- name: corrections
select notification_id from log.ledger_events
 where notification_id > %(after)s and notification_id <= %(upto)s and topic = 'record.corrected'
   and (%(actor)s::bytea is null or position(%(actor)s in state) > 0)
 order by notification_id limit %(most)s

-- name: corrections_in
-- The corrections in some streams, as known at a position.
select notification_id from log.ledger_events
 where originator_id = any(%(streams)s::uuid[]) and notification_id <= %(upto)s and topic = 'record.corrected'

-- name: names
select key, name from {schema}.unit_list where {pinned} and key = any(%(units)s::uuid[])
