-- name: plan
-- A driver's own session: every look-up is by index, also on tables that were empty when the plan was made.
select set_config('enable_seqscan', 'off', false), set_config('enable_hashjoin', 'off', false),
       set_config('enable_mergejoin', 'off', false), set_config('jit', 'off', false)

-- name: all
select projection, build, version, schema, position, status, serving, fault_position, fault,
       root, root_position, retired_at is not null as retired from serving.builds order by 1, 2

-- name: of
select projection, build, version, schema, position, status, serving, fault_position, fault,
       root, root_position, retired_at is not null as retired
  from serving.builds where projection = %(projection)s order by build

-- name: last_retired
select projection, build, version, schema, position, status, serving, fault_position, fault,
       root, root_position, retired_at is not null as retired
  from serving.builds where projection = %(projection)s and not serving and status <> 'dropped' and retired_at is not null
 order by retired_at desc limit 1

-- name: hold
-- One build, held until the transaction ends: whoever advances, switches or discards it comes after.
select projection, build, version, schema, position, status, serving, fault_position, fault,
       root, root_position, retired_at is not null as retired
  from serving.builds where schema = %(schema)s and status <> 'dropped' for update

-- name: reserve
-- Only one rebuild of a projection at a time; false when another is at work.
select pg_try_advisory_lock(hashtext('projections rebuild'), hashtext(%(projection)s))

-- name: release
select pg_advisory_unlock(hashtext('projections rebuild'), hashtext(%(projection)s))

-- name: begin
insert into serving.builds (projection, build, version, schema, status)
select %(projection)s, number, %(version)s, 'build_' || %(projection)s || '_' || number, 'building'
  from (select coalesce(max(build), 0) + 1 as number from serving.builds where projection = %(projection)s) as next
returning projection, build, version, schema, position, status, serving, fault_position, fault,
       root, root_position, retired_at is not null as retired

-- name: own
-- What is made from here to the end of the transaction belongs to the role, so that a builder with another login may go on with it.
set local role ledger_projector

-- name: create_schema
create schema {schema}

-- name: let_read
grant usage on schema {schema} to ledger_reader;
grant select on all tables in schema {schema} to ledger_reader

-- name: drop_schema
drop schema if exists {schema} cascade

-- name: idle
-- Builds that nobody reads any more: left by a dead rebuild or never switched to, or neither among those that are kept nor retired so
-- lately that a question which was pinned to them may still be under way.
select schema from serving.builds as build
 where projection = %(projection)s and not serving and status <> 'dropped'
   and (retired_at is null or retired_at < clock_timestamp() - interval '10 minutes' and %(kept)s <= (
       select count(*) from serving.builds as later
        where later.projection = build.projection and later.status <> 'dropped' and later.retired_at > build.retired_at))

-- name: forget
update serving.builds set status = 'dropped', fault_position = null, fault = null where schema = %(schema)s

-- name: reach
-- The build now holds everything up to `position`; with a fault, it stands there until the fact can be folded.
with moved as (
    update serving.builds
       set position = %(position)s, status = %(status)s, fault_position = %(fault_position)s, fault = %(fault)s
     where schema = %(schema)s
    returning schema)
select pg_notify('projection_positions', schema) from moved

-- name: note_root
-- What the build held at a position.
update serving.builds set root = %(root)s, root_position = %(position)s where schema = %(schema)s

-- name: retire
update serving.builds set serving = false, retired_at = clock_timestamp() where projection = %(projection)s and serving

-- name: serve
with chosen as (update serving.builds set serving = true, retired_at = null where schema = %(schema)s returning schema)
select pg_notify('projection_positions', schema) from chosen
