-- name: append
-- Many commands in one transaction, committed together; one row a command says what became of it.
select * from log.append(%s, %s, %s, %s, %s, %s, %s, %s, %s) order by command

-- name: append_one
-- One command with one fact, alone.
select 1, * from log.append_one(%s::uuid, %s::bytea, %s::text, %s::bigint, %s::uuid, %s::bigint, %s::text, %s::bytea, %s::uuid[], %s::bigint[])

-- name: open
-- The first fact of a ledger.
select 1, outcome, first, last, at, null::uuid, null::bigint
  from log.open(%s::uuid, %s::bytea, %s::text, %s::bigint, %s::uuid, %s::text, %s::bytea, %s::boolean)

-- name: disclose
select log.disclose(%s::bigint[], %s::bytea[])

-- name: planner
-- The appender's own session: every look-up is by index, also on tables that were empty when the plan was made.
select set_config('enable_seqscan', 'off', false), set_config('enable_hashjoin', 'off', false),
       set_config('enable_mergejoin', 'off', false), set_config('jit', 'off', false)

-- name: streams
-- The facts of some streams, each stream in its order.
select position, recorded_at, stream, version, actor, topic, state from log.events where stream = any(%s::uuid[]) order by stream, version

-- name: moment
-- What a command starts from: the database clock, the head, and whether its key was seen before.
select (extract(epoch from clock_timestamp()) * 1000000)::bigint, head.size, head.recorded_at, head.synthetic,
       command.first, command.last, command.recorded_at, command.request
  from log.head left join log.commands command on command.key = %s::uuid

-- name: receipts
select key, request, first, last, recorded_at from log.commands where key = any(%s::uuid[])

-- name: try_lock
select pg_try_advisory_xact_lock(log.lock_key())

-- name: take_lock
select pg_advisory_xact_lock(log.lock_key())

-- name: head
select size, recorded_at, synthetic, nodes from log.head

-- name: rows
-- Every row as it stands, in position order.
select position, version, recorded_at, stream, topic, actor, prev, leaf, node, state from log.events order by position

-- name: commands
select first, last, recorded_at, key from log.commands order by first

-- name: left_out
-- Migrations that were left out for want of a superuser.
select name from log.migrations where not applied
