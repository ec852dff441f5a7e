-- name: indexes
create index on {schema}.published_list (area_code, level)

-- name: publications
-- The last publication of each list of a jurisdiction.
select key as list, known_from as learnt_at, area_code, level, list_version, published_on, in_force_from, members, root, campaign, synthetic
  from {schema}.published_list
 where {pinned} and area_code = %(jurisdiction)s and (%(level)s::text[] is null or level = any(%(level)s))
 order by level, key

-- name: in_force
-- The items of one list that are in force on a day.
select key from {schema}.item_list where {pinned} and in_force and jurisdiction = %(jurisdiction)s and level = %(level)s
