-- name: indexes
create index on {schema}.unit_list (code collate "C", key);
create index on {schema}.unit_list (name);
create index on {schema}.unit_list (block_superior) where block_superior is not null;
create index on {schema}.unit_list (line_superior) where line_superior is not null

-- name: unit_list
-- Units as of a day, as known at a position, by code.
select key as unit, known_from as learnt_at, code, name, level, category, area_code, rank, credit_code, block_superior, line_superior,
       valid_from, first_day_without, successors, synthetic,
       valid_from <= %(in_force_on)s and (first_day_without is null or first_day_without > %(in_force_on)s) as stands
  from {schema}.unit_list
 where {pinned} {filters}
 order by code collate "C", key
 limit %(most)s

-- name: by_unit
 and key = %(unit)s

-- name: by_after
 and (code collate "C", key) > (%(code_after)s, %(unit_after)s)

-- name: by_level
 and level = any(%(level)s)

-- name: by_category
 and category = any(%(category)s)

-- name: by_within
-- An area code and all below it: 530900 holds 530902, which holds 530902001.
 and area_code like any(select regexp_replace(area, '(00){1,2}$', '') || '%%' from unnest(%(within)s::text[]) as area)

-- name: by_superior
 and %(superior)s in (block_superior, line_superior)

-- name: by_name
 and strpos(name, %(name)s) > 0

-- name: by_exact_name
 and name = %(name)s
