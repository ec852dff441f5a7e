-- name: appearing
-- The streams in which units appear, by facts of these topics, in these roles (null: in any).
select distinct key
  from {schema}.unit_history
 where unit = any(%(units)s::uuid[]) and known_from <= %(known_at)s and topic = any(%(topics)s)
   and (%(roles)s::text[] is null or role = any(%(roles)s))

-- name: predecessors
-- The units that these ones came after.
select distinct key from {schema}.unit_history where unit = any(%(units)s::uuid[]) and known_from <= %(known_at)s and role = 'successor'

-- name: mentioning
-- The streams that speak of these ones, in these ways.
select distinct key
  from {schema}.mention
 where mentioned = any(%(mentioned)s::uuid[]) and known_from <= %(known_at)s and role = any(%(roles)s)

-- name: last_campaign
-- The day on which the last campaign of one of these areas was closed, by the pinned day.
select max(since) from {schema}.campaign_list
 where {known} and phase = 'CLOSED' and since <= %(in_force_on)s and area_code = any(%(areas)s)
